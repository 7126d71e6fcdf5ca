import { panelsOf, type Layout, type Slices } from '../assembly/layout.js';
import { sliceTable, type PanelSlices } from '../assembly/panel-slices.js';
import { codeName } from '../sql/scored-relation.js';
import type { Query, ResultRow } from '../sql/sql-sums.js';

/** A query of rows that are grouped by these codes, among others. */
export type ByCodes = (codes: readonly number[]) => string;

/** Takes sums of a table by its slices, whatever the sums are. */
export class PanelQuery {
  private constructor(
    private readonly query: Query,
    readonly slices: Slices,
    private readonly panels: readonly PanelSlices[],
  ) {}

  /** @param groups counts rows by codes: it tells what groups occur */
  static async of(query: Query, layout: Layout, groups: ByCodes): Promise<PanelQuery> {
    const occurring: number[][][] = [];
    for (const { columns } of panelsOf(layout))
      occurring.push((await query(groups(columns))).map((row) => codesIn(row, columns)));
    const { slices, panels } = sliceTable(layout, occurring);
    return new PanelQuery(query, slices, panels);
  }

  /** Hands each row of the result to the slices that it belongs to. */
  async each(sql: ByCodes, add: (slice: number, row: ResultRow) => void): Promise<void> {
    for (const panel of this.panels) {
      const { columns } = panel.panel;
      for (const row of await this.query(sql(columns)))
        for (const slice of panel.of(codesIn(row, columns))) add(slice, row);
    }
  }
}

export const codesIn = (row: ResultRow, columns: readonly number[]): number[] =>
  columns.map((column) => Number(row[codeName(column)]));

/** What a query is grouped by: codes, then keys of its own. */
export const groupedBy = (codes: readonly number[], keys: readonly string[]): string => {
  const all = [...codes.map(codeName), ...keys];
  return all.length === 0 ? '' : `\nGROUP BY ${all.join(', ')}`;
};

/** The columns of a grouped query before its sums. */
export const selected = (codes: readonly number[], keys: readonly string[]): string =>
  [...codes.map(codeName), ...keys].map((key) => `${key}, `).join('');

/** All codes that a layout has, for a relation's list of columns. */
export const codesSql = (codes: readonly string[]): string =>
  codes.map((code, position) => `, ${code} AS ${codeName(position)}`).join('');

/** Decimals of no fraction may come with a dot. */
export const integerOf = (value: unknown): bigint =>
  value === null || value === undefined ? 0n : BigInt(String(value).replace(/\.0*$/, ''));
