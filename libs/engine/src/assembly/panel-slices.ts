import { codesOf, panelsOf, Slices, type Layout, type Panel } from './layout.js';
import type { CellSums } from './profile-sums.js';

/** Rows that agree in label, predictions and the codes of a panel. */
export interface CodedCell {
  /** In the order of the panel's columns. */
  readonly codes: readonly number[];
  readonly cell: CellSums;
}

/** A panel, and which slices the rows with each combination of its codes belong to. */
export class PanelSlices {
  private readonly known = new Map<string, readonly number[]>();
  /** For each grouping of the panel, where its codes are among those of the panel. */
  private readonly positions: readonly (readonly number[])[];

  constructor(
    readonly panel: Panel,
    layout: Layout,
    private readonly slices: Slices,
    /** The combinations of codes that occur, each once. */
    readonly combinations: readonly (readonly number[])[],
    /** All rows are counted in one panel only. */
    private readonly isFirst: boolean,
  ) {
    this.positions = positionsIn(panel, layout);
  }

  /** The slices of rows by their codes, in the order of the panel's columns. */
  of(codes: readonly number[]): readonly number[] {
    const key = codes.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const found = this.panel.groupings.map((grouping, index) =>
      this.slices.at(
        grouping,
        (this.positions[index] as readonly number[]).map((at) => codes[at] as number),
      ),
    );
    const all = this.isFirst ? [0, ...found] : found;
    this.known.set(key, all);
    return all;
  }
}

const positionsIn = (panel: Panel, { groupings }: Layout): number[][] =>
  panel.groupings.map((grouping) =>
    codesOf(groupings[grouping] as Layout['groupings'][number]).map((column) =>
      panel.columns.indexOf(column),
    ),
  );

/**
 * The slices of a table and how its panels fall into them.
 *
 * @param combinations for each of the layout's panels, the combinations of codes that occur
 */
export const sliceTable = (
  layout: Layout,
  combinations: readonly (readonly (readonly number[])[])[],
): { readonly slices: Slices; readonly panels: readonly PanelSlices[] } => {
  const panels = panelsOf(layout);
  const occurring: number[][][] = layout.groupings.map(() => []);
  panels.forEach((panel, panelIndex) => {
    const positions = positionsIn(panel, layout);
    panel.groupings.forEach((grouping, index) => {
      const own = (combinations[panelIndex] as readonly (readonly number[])[]).map((codes) =>
        (positions[index] as number[]).map((at) => codes[at] as number),
      );
      occurring[grouping] = [...new Map(own.map((codes) => [codes.join(), codes])).values()];
    });
  });
  const slices = new Slices(layout, occurring);
  return {
    slices,
    panels: panels.map((panel, index) => {
      const own = combinations[index] as readonly (readonly number[])[];
      const distinct = [...new Map(own.map((codes) => [codes.join(), codes])).values()];
      return new PanelSlices(panel, layout, slices, distinct, index === 0);
    }),
  };
};
