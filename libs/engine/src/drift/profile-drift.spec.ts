import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { policySchema, type DriftMetricName, type Measure, type Policy } from '@sluice/contracts';
import { mergeDriftProfiles, type DriftProfile, type NumericDrift } from '@sluice/evaluation';
import { verdictOnDrift } from '../fixtures/drift.fixture.js';
import {
  faultAt,
  queried,
  rejection,
  temporaryFolder,
  writeTable,
} from '../fixtures/tables.fixture.js';
import { driftOfDataset, type DatasetDriftRequest } from './drift-of-dataset.js';

interface Judged {
  readonly kind: 'numeric' | 'categorical';
  readonly test: string;
  readonly score: number;
  readonly drifted: boolean;
}
type Values = Readonly<Record<string, readonly (number | string | null)[]>>;
interface Pair {
  readonly reference?: Values;
  readonly current?: Values;
  readonly evidently: Readonly<Record<string, Judged>>;
  readonly share: number;
}

const oracle = (file: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../../../test/fixtures/oracles/${file}`, import.meta.url), 'utf8'),
  );
const { pairs } = oracle('drift-tables.json') as { pairs: Readonly<Record<string, Pair>> };

interface ScipyCase {
  readonly reference: readonly number[];
  readonly current: readonly number[];
  readonly scipy: Readonly<Record<string, number | readonly number[]>>;
}
const { numeric } = oracle('drift.json') as { numeric: Readonly<Record<string, ScipyCase>> };

const folder = temporaryFolder();
const example = fileURLToPath(new URL('../../../../examples/credit-risk/data', import.meta.url));

type Checks = Parameters<typeof policySchema.parse>[0];
const policyOf = (rest: Record<string, unknown> = {}, checks?: unknown[]): Policy =>
  policySchema.parse({
    version: 1,
    model: 'test',
    task: 'binary-classification',
    data: { evaluation: 'current.parquet', reference: 'reference.parquet' },
    columns: { label: 'outcome', favorable: 'yes', score: 'risk' },
    checks: checks ?? [{ metric: 'drifted_columns_share', at_most: 1 }],
    ...rest,
  } satisfies Checks);

const literal = (value: number | string | null): string =>
  value === null ? 'NULL' : typeof value === 'number' ? `${value}` : `'${value}'`;

/** Writes columns of values; whole numbers become integers, as pandas keeps them. */
const written = async (name: string, values: Values): Promise<string> => {
  const path = join(folder, `${name.replaceAll(/\W/g, '-')}.parquet`);
  const columns = Object.entries(values).map(([column, list]) => {
    const numbers = list.filter((value) => typeof value === 'number');
    const type =
      numbers.length === 0 ? 'VARCHAR' : numbers.every(Number.isInteger) ? 'BIGINT' : 'DOUBLE';
    return `unnest([${list.map(literal).join(',')}]::${type}[]) AS "${column}"`;
  });
  return writeTable(path, `SELECT ${columns.join(', ')}`);
};

const driftOf = async (
  reference: string,
  current: string,
  policy = policyOf(),
  more: Partial<DatasetDriftRequest> = {},
): Promise<{ drift: DriftProfile; warnings: readonly string[] }> =>
  driftOfDataset({ policy, dataset: { path: current }, reference: { path: reference }, ...more });

/** The measures of a verdict, those of its checks first. */
const measuresOf = async (drift: DriftProfile, policy: Policy): Promise<readonly Measure[]> => {
  const { checks, measures } = await verdictOnDrift(drift, policy, folder);
  return [...checks.flatMap(({ measure }) => measure ?? []), ...measures];
};

const tables = async (name: string, { reference, current }: Pair): Promise<[string, string]> =>
  reference && current
    ? [await written(`${name} reference`, reference), await written(`${name} current`, current)]
    : [join(example, 'train.parquet'), join(example, 'holdout.parquet')];

/** Kolmogorov distances with missing values below all others, by DuckDB's window functions over every row. */
const exactDistances = async (
  reference: string,
  current: string,
  columns: readonly string[],
): Promise<Record<string, number>> => {
  const distances: Record<string, number> = {};
  for (const column of columns) {
    const [row] = await queried(`
      WITH pooled AS (
        SELECT ${column} AS x, 1 AS r, 0 AS c FROM read_parquet('${reference}')
        UNION ALL SELECT ${column}, 0, 1 FROM read_parquet('${current}')
      ), grouped AS (SELECT x, sum(r) AS r, sum(c) AS c FROM pooled GROUP BY x)
      SELECT max(abs(f - g)) AS distance FROM (
        SELECT sum(r) OVER (ORDER BY x NULLS FIRST) / sum(r) OVER () AS f,
               sum(c) OVER (ORDER BY x NULLS FIRST) / sum(c) OVER () AS g
        FROM grouped
      )`);
    distances[column] = Number(row?.['distance']);
  }
  return distances;
};

describe('profileDrift', () => {
  it.each(Object.entries(pairs))(
    'sees what Evidently sees, by its choice: %s',
    async (name, pair) => {
      const columns = Object.keys(pair.evidently);
      const checks = [
        { metric: 'drifted_columns_share', at_most: 1 },
        ...Object.entries(pair.evidently).map(([column, { test, kind }]) => ({
          metric: metricOf(test, kind),
          column,
          at_least: 0,
        })),
      ].filter(({ metric }) => metric !== null);
      const policy = policyOf({ drift: { columns, method: 'evidently' } }, checks);
      const { drift } = await driftOf(...(await tables(name, pair)), policy);
      const measures = await measuresOf(drift, policy);
      expect(measures[0]).toMatchObject({ metric: 'drifted_columns_share', n: columns.length });
      expect(measures[0]?.value).toBeCloseTo(pair.share, 12);
      for (const [column, { test, kind, score }] of Object.entries(pair.evidently)) {
        const metric = metricOf(test, kind);
        if (metric === null) continue;
        const found = measures.find((each) => each.metric === metric && each.column === column);
        expect({
          column,
          close: Math.abs((found?.value ?? NaN) - score) < 1e-9 * Math.max(1, score),
        }).toEqual({
          column,
          close: true,
        });
      }
    },
  );

  /** The metrics that are defined as Evidently defines them; its chi-square takes the reference for known. */
  const metricOf = (test: string, kind: Judged['kind']): DriftMetricName | null => {
    if (test === 'ks') return 'kolmogorov_smirnov_p_value';
    if (test === 'wasserstein') return 'wasserstein_distance';
    if (test === 'jensenshannon') return 'jensen_shannon_distance';
    return test === 'z' && kind === 'categorical' ? 'z_test_p_value' : null;
  };

  it.each([
    'iris, petal length',
    'wine, alcohol',
    'breast cancer, mean area',
    'no shift',
    'heavy tails',
    'ties',
  ])('has the figures of scipy from files: %s', async (name) => {
    const { reference, current, scipy } = numeric[name] as ScipyCase;
    const p = (key: string): number => (scipy[key] as readonly number[])[1] as number;
    const expected: Partial<Record<DriftMetricName, number>> = {
      kolmogorov_smirnov_p_value: p('ks'),
      t_test_p_value: p('welch'),
      mann_whitney_p_value: p('mann_whitney'),
      epps_singleton_p_value: p('epps_singleton'),
      cramer_von_mises_p_value: p('cramer_von_mises'),
      energy_distance: scipy['energy'] as number,
    };
    const metrics = Object.keys(expected) as DriftMetricName[];
    const policy = policyOf(
      {},
      metrics.map((metric) => ({ metric, column: 'x', at_least: 0 })),
    );
    const { drift } = await driftOf(
      await written(`${name} scipy reference`, { x: reference }),
      await written(`${name} scipy current`, { x: current }),
      policy,
    );
    const measures = await measuresOf(drift, policy);
    for (const metric of metrics) {
      const value = measures.find((each) => each.metric === metric)?.value;
      expect(value).toBeCloseTo(expected[metric] as number, 9);
    }
  });

  const many = (table: string, from: string): string =>
    `SELECT sqrt(i) * sin(i) AS wave, exp(12 * ((i * 7919) % 100003) / 100003) AS skewed,
       CASE WHEN i % 3 = 0 THEN 0 ELSE i * 0.37 END AS spiked, i % 7 AS weekday,
       CASE WHEN i % 10 = 0 THEN NULL ELSE cos(i) ${table} END AS holes FROM ${from}`;

  it('bins large tables, within the bound that it states', async () => {
    const rows = [1_200_000, 900_000] as const;
    const reference = await writeTable(
      join(folder, 'many-a.parquet'),
      many('', `range(${rows[0]}) t(i)`),
    );
    const current = await writeTable(
      join(folder, 'many-b.parquet'),
      many('+ 0.1', `range(1000, ${1000 + rows[1]}) t(i)`),
    );
    const policy = policyOf({}, [
      { metric: 'wasserstein_distance', column: 'skewed', at_most: 9 },
      { metric: 't_test_p_value', column: 'holes', at_least: 0 },
    ]);
    const { drift } = await driftOf(reference, current, policy);
    const column = (name: string): NumericDrift =>
      drift.columns.find((each) => each.column === name) as NumericDrift;
    expect(column('weekday').bins).toBeNull();
    expect(column('holes').missing).toEqual({ reference: 120_000, current: 90_000 });
    // Exactly, from all rows.
    const exact = await exactDistances(reference, current, ['wave', 'skewed', 'spiked', 'holes']);
    const measures = await measuresOf(drift, policy);
    for (const name of ['wave', 'skewed', 'spiked', 'holes']) {
      expect(column(name).bins?.upper.length).toBeGreaterThan(500);
      const distance = measures.find(
        (each) => each.metric === 'drift_distance' && each.column === name,
      );
      expect(distance?.interval?.method).toBe('dkw-massart-binned');
      // A value that many rows have hides nothing, and bins hold some 0.05 % of the rows each.
      expect(exact[name]).toBeGreaterThanOrEqual((distance?.value as number) - 1e-12);
      expect(exact[name]).toBeLessThanOrEqual((distance?.value as number) + 0.002);
    }
    const again = await driftOf(reference, current, policy);
    expect(again.drift).toEqual(drift);
  }, 240_000);

  it('has the same figures from parts as from the whole', async () => {
    const all = await driftOf(
      join(example, 'train.parquet'),
      join(example, 'holdout.parquet'),
      credit,
    );
    const parts = [];
    for (const part of [0, 1, 2]) {
      const half = (file: string) =>
        writeTable(
          join(folder, `${file}-${part}.parquet`),
          `SELECT * EXCLUDE r FROM (SELECT *, row_number() OVER () AS r FROM read_parquet('${join(example, `${file}.parquet`)}')) WHERE r % 3 = ${part}`,
        );
      parts.push((await driftOf(await half('train'), await half('holdout'), credit)).drift);
    }
    expect(mergeDriftProfiles(parts)).toEqual(all.drift);
  });

  const credit = policyOf({ columns: { label: 'credit', favorable: 'good', score: 'risk' } });

  it('tells the types of CSV by all of its values, and empty columns fit anything', async () => {
    const csv = async (name: string, query: string) =>
      writeTable(join(folder, `${name}.csv`), query, 'csv');
    const reference = await csv(
      'a',
      `SELECT i AS n, 'x' || i % 3 AS t, NULL AS e, i AS m FROM range(50) t(i)`,
    );
    const current = await csv(
      'b',
      `SELECT i / 2 AS n, 'x' || i % 3 AS t, i AS e, 'q' || i AS m FROM range(60) t(i)`,
    );
    const { drift } = await driftOf(reference, current);
    expect(drift.columns.map(({ column, kind }) => [column, kind])).toEqual([
      ['n', 'numeric'],
      ['t', 'categorical'],
      ['e', 'numeric'],
      ['m', 'categorical'],
    ]);
    const policy = policyOf();
    const measures = await measuresOf(drift, policy);
    const empty = measures.filter(({ column }) => column === 'e');
    expect(empty.map(({ metric, value }) => [metric, value])).toEqual([
      ['drift_distance', 1],
      ['null_rate_increase', -1],
    ]);
  });

  it('takes codes for categories, dates for numbers, and leaves out what it cannot compare', async () => {
    const table = (name: string, shift: number) =>
      writeTable(
        join(folder, `${name}.parquet`),
        `SELECT (i % 5)::${shift === 0 ? 'INTEGER' : 'DOUBLE'} AS code, DATE '2024-01-01' + (i + ${shift})::INTEGER AS day, [i] AS list, 'id' || (i + ${shift}) AS id, i % 2 = 0 AS flag FROM range(12000) t(i)`,
      );
    const [reference, current] = [await table('kinds-a', 0), await table('kinds-b', 3000)];
    const policy = policyOf({ drift: { categorical: ['code'] } });
    const { drift, warnings } = await driftOf(reference, current, policy);
    expect(drift.columns.map(({ column, kind }) => [column, kind])).toEqual([
      ['code', 'categorical'],
      ['day', 'numeric'],
      ['flag', 'categorical'],
    ]);
    expect(drift.columns[0]?.samples.current).toEqual(drift.columns[0]?.samples.reference);
    expect(warnings.join('\n')).toMatch(/"list".*BIGINT\[\][^]*"id".*10000 categories/);
    const named = policyOf({ drift: { columns: ['id'] } });
    expect(
      faultAt(await rejection(driftOf(reference, current, named)), 'drift.columns').message,
    ).toContain('categories');
    const listed = policyOf({ drift: { columns: ['list'] } });
    expect(
      faultAt(await rejection(driftOf(reference, current, listed)), 'drift.columns[0]').message,
    ).toContain('BIGINT[]');
  });

  it('says which columns cannot be compared, all at once, and which table is at fault', async () => {
    const reference = await writeTable(
      join(folder, 'few.parquet'),
      `SELECT i AS age, 'x' AS city FROM range(30) t(i)`,
    );
    const current = await writeTable(
      join(folder, 'more.parquet'),
      `SELECT i AS ages, i AS city FROM range(30) t(i)`,
    );
    const error = await rejection(driftOf(reference, current));
    expect(error.code).toBe('invalid_data');
    expect(error.faults.map(({ message, hint }) => [message, hint])).toEqual([
      ['reference.parquet has no column "ages"', 'Did you mean "age"?'],
      [
        'the column "city" holds numbers in one table, and something else in the other',
        expect.any(String),
      ],
    ]);
    const absent = await rejection(driftOf(join(folder, 'nothing.parquet'), current));
    expect(faultAt(absent, 'data.reference').message).toBe('there is no such file');
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(
      driftOf(join(example, 'train.parquet'), join(example, 'holdout.parquet'), credit, {
        signal: stop.signal,
      }),
    ).rejects.toThrow('enough');
  });
});
