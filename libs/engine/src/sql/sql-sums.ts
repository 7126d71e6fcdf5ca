import { gainShares, scoreBins, scoreSums } from '@sluice/evaluation/scores';
import { codesOf, panelsOf, type Layout } from '../assembly/layout.js';
import { sliceTable, type CodedCell, type PanelSlices } from '../assembly/panel-slices.js';
import {
  addMoments,
  SliceSums,
  type CellSums,
  type HistogramSums,
} from '../assembly/profile-sums.js';
import type { RankSums } from '../assembly/ranking.js';
import { cellsSql } from './cells-sql.js';
import type { Dialect } from './dialect.js';
import { histogramSql } from './histogram-sql.js';
import { lossesSql, type LossKind } from './losses-sql.js';
import { covarianceSql, ranksSql } from './ranks-sql.js';
import { addPairs, addRuns, type RunSource } from './run-sums.js';
import { codeName, unitsOf, type ScoredRelation, type Units } from './scored-relation.js';

/** A row of a small result. Integers of any size come as numbers, bigints or text. */
export type ResultRow = Readonly<Record<string, unknown>>;
export type Query = (sql: string) => Promise<readonly ResultRow[]>;

/** A scored table behind an SQL engine, and the sums that it gives. */
export class SqlSums {
  readonly units: Units;

  private constructor(
    private readonly query: Query,
    private readonly dialect: Dialect,
    private readonly relation: ScoredRelation,
    private readonly layout: Layout,
    readonly rows: number,
    readonly slices: ReturnType<typeof sliceTable>['slices'],
    readonly panels: readonly PanelSlices[],
    readonly sums: readonly SliceSums[],
    units: Units,
  ) {
    this.units = units;
  }

  /** Counts the cells of a table, which also tells what groups occur. */
  static async of(
    query: Query,
    dialect: Dialect,
    relation: ScoredRelation,
    layout: Layout,
    rows: number,
  ): Promise<SqlSums> {
    const units = unitsOf(relation, rows);
    const cells: CodedCell[][] = [];
    for (const { columns } of panelsOf(layout)) {
      const found = await query(cellsSql(relationOf(relation, columns), units, dialect));
      cells.push(
        found.map((row) => ({
          codes: codesIn(row, columns.length),
          cell: cellOf(row, relation.champion !== null),
        })),
      );
    }
    return SqlSums.counted(query, dialect, relation, layout, rows, cells);
  }

  /** Takes the cells of a table as they were counted elsewhere, by panel; those of the same rows are added up. */
  static counted(
    query: Query,
    dialect: Dialect,
    relation: ScoredRelation,
    layout: Layout,
    rows: number,
    cells: readonly (readonly CodedCell[])[],
  ): SqlSums {
    const { slices, panels } = sliceTable(
      layout,
      cells.map((own) => own.map(({ codes }) => codes)),
    );
    const sums = Array.from({ length: slices.count }, () => new SliceSums());
    cells.forEach((own, index) => {
      for (const { codes, cell } of own)
        for (const slice of (panels[index] as PanelSlices).of(codes))
          (sums[slice] as SliceSums).addCell(cell);
    });
    const units = unitsOf(relation, rows);
    return new SqlSums(query, dialect, relation, layout, rows, slices, panels, sums, units);
  }

  /** Adds the histogram of the version's scores, or the champion's. */
  async addHistograms(of: 'version' | 'champion'): Promise<void> {
    await this.eachBin(of, ({ mass, scores, byLabel, amounts }, row, at) => {
      mass[at] = (mass[at] as number) + Number(row['n']);
      const twentieth = Math.floor((Number(row['bin']) * scoreSums) / scoreBins);
      scores[twentieth] = (scores[twentieth] as bigint) + integer(row['s1']);
      addMoments(byLabel[isOne(row['y']) ? 1 : 0], {
        sum: integer(row['s1']),
        squares: integer(row['s2']),
      });
      if (amounts !== null) amounts[at] = (amounts[at] as bigint) + integer(row['a1']);
    });
  }

  /** Adds the amounts alone, beside a histogram that was counted elsewhere. */
  async addAmounts(of: 'version' | 'champion'): Promise<void> {
    await this.eachBin(of, ({ amounts }, row, at) => {
      if (amounts !== null) amounts[at] = (amounts[at] as bigint) + integer(row['a1']);
    });
  }

  private async eachBin(
    of: 'version' | 'champion',
    add: (histogram: HistogramSums, row: ResultRow, at: number) => void,
  ): Promise<void> {
    const score = of === 'version' ? 's' : 't';
    await this.eachRow(
      (own) => histogramSql(own, score, this.units, this.dialect),
      (sums, row) =>
        add(
          sums.histogram(of, this.units),
          row,
          Number(row['bin']) + (isOne(row['y']) ? scoreBins : 0),
        ),
    );
  }

  async addLosses(kinds: readonly LossKind[]): Promise<void> {
    await this.eachRow(
      (own) => lossesSql(own, kinds, this.units, this.dialect),
      (sums, row) => {
        for (const kind of kinds) {
          const moments = (loss: string) => ({
            sum: integer(row[`${kind}_${loss}1`]),
            squares: integer(row[`${kind}_${loss}2`]),
          });
          sums.addLosses(kind, { log: moments('log'), brier: moments('brier') });
        }
      },
    );
  }

  /** Adds the rank statistics of the version's scores, or the champion's: a query for all rows and for each grouping. */
  async addRanks(of: 'version' | 'champion'): Promise<void> {
    const score = of === 'version' ? 's' : 't';
    await this.eachGroup(
      (by) => ranksSql(this.relation, score, by, this.units, this.dialect),
      (sums, row) => {
        sums.ranks[of] = rankSumsOf(row);
      },
    );
  }

  /** Adds what the ranks of version and champion have in common. */
  async addCovariances(): Promise<void> {
    await this.eachGroup(
      (by) => covarianceSql(this.relation, by, this.units, this.dialect),
      (sums, row) => {
        sums.both[isOne(row['y']) ? 'positives' : 'negatives'] = integer(row['both']);
      },
    );
  }

  /** Adds the runs of the version's scores, or the champion's, which needs the histogram: for profiles that are to be merged. */
  addRuns(of: 'version' | 'champion'): Promise<void> {
    return addRuns(this.runSource(), of);
  }

  /** Adds how version and champion score the same rows, for profiles that are to be merged. */
  addPairs(): Promise<void> {
    return addPairs(this.runSource());
  }

  private runSource(): RunSource {
    const { relation, units, dialect, rows, sums, query } = this;
    const combinations = this.panels.reduce((sum, panel) => sum + panel.combinations.length, 0);
    const eachRow: RunSource['eachRow'] = (sql, add) => this.eachRow(sql, add);
    return { relation, units, dialect, rows, combinations, sums, query, eachRow };
  }

  private async eachRow(
    sql: (own: ScoredRelation) => string,
    add: (sums: SliceSums, row: ResultRow) => void,
  ): Promise<void> {
    for (const panel of this.panels) {
      const { columns } = panel.panel;
      for (const row of await this.query(sql(relationOf(this.relation, columns))))
        for (const slice of panel.of(codesIn(row, columns.length)))
          add(this.sums[slice] as SliceSums, row);
    }
  }

  private async eachGroup(
    sql: (by: readonly number[]) => string,
    add: (sums: SliceSums, row: ResultRow) => void,
  ): Promise<void> {
    for (const row of await this.query(sql([]))) add(this.sums[0] as SliceSums, row);
    for (const [index, grouping] of this.layout.groupings.entries()) {
      const by = codesOf(grouping);
      for (const row of await this.query(sql(by))) {
        const codes = by.map((column) => Number(row[codeName(column)]));
        add(this.sums[this.slices.at(index, codes)] as SliceSums, row);
      }
    }
  }
}

const relationOf = (relation: ScoredRelation, columns: readonly number[]): ScoredRelation => ({
  ...relation,
  codes: columns.map((column) => relation.codes[column] as string),
});

const codesIn = (row: ResultRow, count: number): number[] =>
  Array.from({ length: count }, (_, position) => Number(row[codeName(position)]));

const cellOf = (row: ResultRow, champion: boolean): CellSums => ({
  label: isOne(row['y']),
  prediction: isOne(row['p']),
  champion: champion ? isOne(row['q']) : null,
  rows: Number(row['n']),
  weight: { sum: integer(row['w1']), squares: integer(row['w2']) },
  amount: { sum: integer(row['a1']), squares: integer(row['a2']) },
});

const rankSumsOf = (row: ResultRow): RankSums => ({
  positives: { sum: integer(row['p1']), squares: integer(row['p2']) },
  negatives: { sum: integer(row['n1']), squares: integer(row['n2']) },
  wins: integer(row['wins']),
  precision: integer(row['ap']),
  farthest: row['ks'] === null ? null : { statistic: Number(row['ks']), score: Number(row['kss']) },
  gains: row['g0'] === null ? null : gainShares.map((_, index) => Number(row[`g${index}`])),
});

const isOne = (value: unknown): boolean => Number(value) === 1;

/** Decimals of no fraction may come with a dot. */
const integer = (value: unknown): bigint =>
  value === null || value === undefined ? 0n : BigInt(String(value).replace(/\.0*$/, ''));
