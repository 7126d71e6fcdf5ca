import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { NumericDrift, Sides } from '@sluice/evaluation';
import type { TableSource } from '../dataset/dataset.js';
import { Dataset } from '../dataset/dataset.js';
import { policyWith, temporaryFolder, writeTable } from '../fixtures/tables.fixture.js';
import type { ColumnCounts } from './column-counts.js';
import { countShare } from './counting-share.js';
import { pairColumns, type PairedColumn } from './drift-columns.js';

const rows = { reference: 50_000, current: 30_000 };
const folder = temporaryFolder();
const never = new AbortController().signal;

const sourceOf = async (name: keyof Sides, shift: number): Promise<TableSource> => {
  const path = await writeTable(
    join(folder, `${name}.parquet`),
    `SELECT sin(i * 7.13 + ${shift}) AS wave,
       i / 3.0 AS rising,
       CASE WHEN i % 5 = 0 THEN NULL WHEN i % 7 = 0 THEN 'nan'::DOUBLE WHEN i % 3 = 0 THEN -0.0 ELSE ln(i + 1) END AS holes,
       (i % 700)::INTEGER AS code,
       (i // 40)::INTEGER AS batch,
       'v' || (i % 4) AS text
     FROM range(${rows[name]}) t(i)`,
  );
  return { files: [{ path, name }], name };
};

describe('countShare', () => {
  let sources: Sides<TableSource>;
  let columns: readonly PairedColumn[];
  const counted = new Map<string, ColumnCounts | null>();
  const count = async (own: readonly PairedColumn[]) =>
    countShare(
      { columns: own, rows, weights: null, exact: false, sources, among: 2 },
      () => undefined,
      never,
    );

  beforeAll(async () => {
    sources = {
      reference: await sourceOf('reference', 0),
      current: await sourceOf('current', 0.1),
    };
    const tables = {
      reference: await Dataset.open(sources.reference),
      current: await Dataset.open(sources.current),
    };
    ({ columns } = await pairColumns(policyWith(), tables));
    await tables.reference.close();
    await tables.current.close();
    for (const [name, counts] of await count(columns)) counted.set(name, counts);
  }, 60_000);

  const numbers = (name: string): NumericDrift => {
    const found = counted.get(name);
    if (found?.kind !== 'numeric') throw new Error(`${name} was not counted as numbers`);
    return found;
  };
  const sum = (counts: Float64Array): number => counts.reduce((total, each) => total + each, 0);

  it('counts a column alike whoever counts the others', async () => {
    for (const column of columns)
      expect(await count([column])).toEqual([[column.name, counted.get(column.name)]]);
  }, 60_000);

  it('counts every row once', () => {
    for (const { name, kind } of columns)
      if (kind === 'numeric')
        for (const side of ['reference', 'current'] as const) {
          const { samples, missing } = numbers(name);
          expect([name, sum(samples[side]) + missing[side]]).toEqual([name, rows[side]]);
        }
    // Of 35 rows in a row, 7 are NULL and 4 NaN.
    expect(numbers('holes').missing.reference).toBeCloseTo((rows.reference * 11) / 35, -1);
  });

  it('counts numbers of few values by value, and in order also those that rise', () => {
    expect(numbers('code').bins).toBeNull();
    expect(numbers('code').samples.values).toHaveLength(700);
    expect(numbers('batch').samples.reference.every((count) => count === 40)).toBe(true);
  });

  it.each(['wave', 'rising', 'holes'])('leaves few rows in each bin of %s', (name) => {
    const { bins, samples } = numbers(name);
    // Runs of rows say little of a column that rises: it was counted again.
    for (const side of ['reference', 'current'] as const) {
      const inBins = samples[side].filter((_, bin) => bins?.single[bin] === 0);
      expect(Math.max(...inBins) / rows[side]).toBeLessThan(0.005);
    }
    expect(bins?.upper.length).toBeGreaterThan(1000);
  });

  it('counts −0 as 0', () => {
    const { bins, samples } = numbers('holes');
    const zero = bins?.upper.indexOf(0) ?? -1;
    expect(bins?.single[zero]).toBe(1);
    // Thirds of what is neither a fifth nor a seventh of the rows.
    expect((samples.reference[zero] as number) / rows.reference).toBeCloseTo((4 * 6) / 105, 3);
  });

  it('counts weights of 1 as rows, in units', async () => {
    const share = { rows, exact: false, sources, among: 2 };
    const wave = columns.filter(({ name }) => name === 'wave' || name === 'holes');
    const weights = {
      sql: { reference: '4', current: '4' },
      totals: { reference: 4 * rows.reference, current: 4 * rows.current },
      unit: 1 / 4,
    };
    const weighed = await countShare({ ...share, columns: wave, weights }, () => undefined, never);
    for (const [name, counts] of weighed) {
      const { samples, missing, bins } = numbers(name);
      const four = (counted: Float64Array): Float64Array => counted.map((count) => 4 * count);
      expect(counts).toMatchObject({
        bins,
        missing: { reference: 4 * missing.reference, current: 4 * missing.current },
        samples: {
          values: samples.values,
          reference: four(samples.reference),
          current: four(samples.current),
        },
      });
    }
  });

  it('tells of a file that is not what it was', async () => {
    const path = await writeTable(
      join(folder, 'shorter.parquet'),
      `SELECT sin(i) AS wave FROM range(29000) t(i)`,
    );
    const current = { files: [{ path, name: 'current' }], name: 'current' };
    const wave = columns.filter(({ name }) => name === 'wave');
    const share = { columns: wave, rows, weights: null, exact: false, among: 2 };
    await expect(
      countShare({ ...share, sources: { ...sources, current } }, () => undefined, never),
    ).rejects.toMatchObject({ code: 'invalid_data', message: /changed/ });
    const text = await writeTable(join(folder, 'text.parquet'), `SELECT 1 AS other`);
    const other = { files: [{ path: text, name: 'other.parquet' }], name: 'other.parquet' };
    await expect(
      countShare({ ...share, sources: { ...sources, current: other } }, () => undefined, never),
    ).rejects.toMatchObject({ code: 'invalid_data', faults: [{ file: 'other.parquet' }] });
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const share = { columns, rows, weights: null, exact: false, sources, among: 2 };
    const counting = countShare(share, () => stop.abort(new Error('enough')), stop.signal);
    await expect(counting).rejects.toThrow('enough');
  });
});
