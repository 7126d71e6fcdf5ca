import { groupingName, intersectionSign } from '@sluice/contracts';

/** A protected column or a control column, with its values in code-unit order; a row's code is a position among them. */
export interface CodedColumn {
  readonly name: string;
  readonly names: readonly string[];
  /** The group that others are read against; null for a control column, too. */
  readonly privileged: string | null;
}

/** One of the policy's groupings, with columns as positions among the coded columns; without columns, whole strata. */
export interface LaidGrouping {
  readonly columns: readonly number[];
  readonly within: number | null;
}

/** How the rows of a table are coded, and which of the codes make groups. */
export interface Layout {
  readonly columns: readonly CodedColumn[];
  /** Whole strata of the control columns in use, then groupings in the policy's order. */
  readonly groupings: readonly LaidGrouping[];
}

/** A layout of groupings, and of the strata that they are within. */
export const layoutOf = (
  columns: readonly CodedColumn[],
  groupings: readonly LaidGrouping[],
): Layout => {
  const strata = new Set(groupings.map(({ within }) => within).filter((within) => within !== null));
  return {
    columns,
    groupings: [...[...strata].map((within) => ({ columns: [], within })), ...groupings],
  };
};

/** The codes that tell the groups of a grouping apart: those of its columns, and that of its stratum. */
export const codesOf = ({ columns, within }: LaidGrouping): number[] =>
  within === null ? [...columns] : [...columns, within];

/** Where groups become slices of a profile: of the groups of one grouping, or of one stratum of it. */
export interface SlicedGrouping {
  readonly column: string;
  readonly privileged: string | null;
  readonly within: { readonly column: string; readonly value: string } | null;
  /** Of the whole stratum; null for groups of all rows. */
  readonly overall: number | null;
  /** In code-unit order of their names. */
  readonly groups: readonly { readonly group: string; readonly slice: number }[];
}

/**
 * The slices of a profile, numbered: 0 for all rows, then one for each group that occurs. Groupings within a control
 * column fall into one list of groups for each of its values.
 */
export class Slices {
  readonly groupings: readonly SlicedGrouping[];
  private readonly byGrouping: readonly Map<string, number>[];
  private next = 1;

  /** @param occurring for each grouping, the codes of its groups: of its columns, then of the stratum */
  constructor(layout: Layout, occurring: readonly (readonly (readonly number[])[])[]) {
    this.byGrouping = layout.groupings.map(() => new Map());
    this.groupings = layout.groupings.flatMap((grouping, index) =>
      this.sliced(layout, grouping, occurring[index] as readonly (readonly number[])[], index),
    );
  }

  get count(): number {
    return this.next;
  }

  /** The slice of a group, by its codes. @throws Error when it doesn't occur */
  at(grouping: number, codes: readonly number[]): number {
    const slice = this.byGrouping[grouping]?.get(codes.join());
    if (slice === undefined)
      throw new Error(`Grouping ${grouping} has no group with the codes ${codes.join()}.`);
    return slice;
  }

  private strataOf({ groupings }: Layout, within: number | null): number {
    return groupings.findIndex(
      (grouping) => grouping.columns.length === 0 && grouping.within === within,
    );
  }

  private sliced(
    layout: Layout,
    grouping: LaidGrouping,
    occurring: readonly (readonly number[])[],
    index: number,
  ): SlicedGrouping[] {
    const columns = grouping.columns.map((position) => layout.columns[position] as CodedColumn);
    const stratum =
      grouping.within === null ? null : (layout.columns[grouping.within] as CodedColumn);
    const privileged = columns.map((column) => column.privileged);
    const about = {
      column: groupingName(columns.map(({ name }) => name)),
      privileged: privileged.includes(null) ? null : privileged.join(intersectionSign),
    };
    const groupsOf = (members: readonly (readonly number[])[]): SlicedGrouping['groups'] =>
      members
        .map((codes) => ({
          codes,
          group: columns.map(({ names }, at) => names[codes[at] as number]).join(intersectionSign),
        }))
        .toSorted((a, b) => byCodeUnit(a.group, b.group))
        .map(({ codes, group }) => {
          const slice = this.next++;
          this.byGrouping[index]?.set(codes.join(), slice);
          return { group, slice };
        });
    if (stratum === null)
      return [{ ...about, within: null, overall: null, groups: groupsOf(occurring) }];
    if (columns.length === 0) {
      groupsOf(occurring);
      return [];
    }
    return stratum.names.map((value, code) => ({
      ...about,
      within: { column: stratum.name, value },
      overall: this.at(this.strataOf(layout, grouping.within), [code]),
      groups: groupsOf(occurring.filter((codes) => codes.at(-1) === code)),
    }));
  }
}

/** Not the locale's order: the same data must give the same profile everywhere. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Groupings whose codes are counted together: one pass over the rows serves them all. */
export interface Panel {
  /** Positions of groupings in the layout. */
  readonly groupings: readonly number[];
  /** Positions of the coded columns that they need. */
  readonly columns: readonly number[];
}

/** Beyond this many combinations of codes, counting them all costs more than another pass. */
const mostCombinations = 4096;

/**
 * Parts the groupings so that no panel has too many combinations of codes. Most policies need one; without groupings
 * there is one of all rows.
 */
export const panelsOf = ({ columns, groupings }: Layout): Panel[] => {
  const panels: Panel[] = [];
  const combinations = (positions: readonly number[]): number =>
    positions.reduce((product, at) => product * (columns[at] as CodedColumn).names.length, 1);
  groupings.forEach((grouping, index) => {
    const needed = codesOf(grouping);
    const joined = (panel: Panel): number[] => [...new Set([...panel.columns, ...needed])];
    const at = panels.findIndex((panel) => combinations(joined(panel)) <= mostCombinations);
    const panel = panels[at];
    if (panel === undefined) panels.push({ groupings: [index], columns: [...new Set(needed)] });
    else panels[at] = { groupings: [...panel.groupings, index], columns: joined(panel) };
  });
  return panels.length === 0 ? [{ groupings: [], columns: [] }] : panels;
};
