import { metricDefinition, SluiceError, type Fault, type Policy } from '@sluice/contracts';
import type {
  BinaryProfile,
  ColumnDrift,
  DriftProfile,
  PerformanceDrift,
  Sides,
} from '@sluice/evaluation';
import type { Dataset } from '../dataset/dataset.js';
import { faultError } from '../fault-collector.js';
import { binnedNumbers, sampledValues } from './binned-numbers.js';
import { countCategories, mostCategories } from './category-counts.js';
import { pairColumns, type PairedColumn, type Tables } from './drift-columns.js';
import { embeddingDrift } from './embedding-drift.js';
import { pairEmbedding, type PairedEmbedding } from './embedding-rows.js';
import { exactNumbers } from './exact-numbers.js';
import { jointDrift } from './joint-drift.js';

/** Values of all numeric columns of both tables together, up to which every value is counted by itself. */
const mostExactValues = 8_000_000;
/** Of larger tables, columns of so many distinct values are counted exactly still. */
const mostDistinct = 100_000;
/** A sample of some 50,000 values that holds more distinct ones is of a column that has too many. */
const mostDistinctSampled = 2_000;

export interface DriftRequest {
  readonly policy: Policy;
  readonly tables: Tables;
  /** Of the reference table, when checks need its labels and scores. */
  readonly reference: BinaryProfile | null;
  /** Of both tables, when checks ask for performance without labels. */
  readonly performance: PerformanceDrift | null;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ProfiledDrift {
  readonly drift: DriftProfile;
  readonly warnings: readonly string[];
}

/**
 * Makes the profile of how a table differs from its reference, column by column.
 *
 * Numbers are counted by value; where the tables are so large that there would be millions, by bin, and the measures
 * say so. The same files give the same profile.
 *
 * @throws SluiceError `invalid_data` when columns can't be compared, with all that is wrong with them
 */
export const profileDrift = async (request: DriftRequest): Promise<ProfiledDrift> => {
  const { policy, tables, onProgress } = request;
  const rows = { reference: await rowsOf(tables.reference), current: await rowsOf(tables.current) };
  const { columns, faults, leftOut } = await pairColumns(policy, tables);
  const embeddings = await pairEmbeddings(policy, tables, faults);
  if (faults.length > 0)
    throw faultError(
      'invalid_data',
      faults.map((fault) => ({ file: tables.reference.name, ...fault })),
    );
  const total = rows.reference + rows.current;
  onProgress?.(0, total);
  const found = new Map<string, ColumnDrift>();
  const warnings = leftOut.map(
    ({ column, reason }) =>
      `Drift of the column ${JSON.stringify(column)} is not measured: it ${reason}.`,
  );
  for (const column of columns.filter(({ kind }) => kind === 'categorical')) {
    const counted = await countCategories(column, tables);
    if (counted !== null) found.set(column.name, counted);
    else warnings.push(tooManyCategories(column, policy, tables));
  }
  const numeric = columns.filter(({ kind }) => kind === 'numeric');
  for (const each of await countNumbers(numeric, tables, rows, (done) => onProgress?.(done, total)))
    found.set(each.column, each);
  const joint = asksFor(policy, ['domain_classifier_auc', 'reconstruction_error_ratio'])
    ? await jointDrift(columns, tables, rows)
    : null;
  onProgress?.(total, total);
  return {
    drift: {
      rows,
      columns: columns.flatMap(({ name }) => found.get(name) ?? []),
      joint,
      embeddings: await inTurn(embeddings, (each) => embeddingDrift(each, policy, rows)),
      reference: request.reference,
      performance: request.performance,
    },
    warnings,
  };
};

/** Those that a check asks for; what is wrong with them is told to `faults`. */
const pairEmbeddings = async (
  policy: Policy,
  tables: Tables,
  faults: Omit<Fault, 'file'>[],
): Promise<PairedEmbedding[]> => {
  const asking = policy.checks.filter(
    ({ metric }) => metricDefinition(metric).drift === 'embedding',
  );
  const asked = (policy.drift?.embeddings ?? []).map((embedding, index) => ({ embedding, index }));
  const found = await inTurn(
    asked.filter(({ embedding }) =>
      asking.some(({ column }) => column === undefined || column === embedding.name),
    ),
    ({ embedding, index }) =>
      pairEmbedding(embedding, `drift.embeddings[${index}]`, policy, tables, faults),
  );
  return found.filter((each) => each !== undefined);
};

/** One after another: each reads both tables, and holds many of their rows. */
const inTurn = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
};

export const asksFor = ({ checks }: Policy, metrics: readonly string[]): boolean =>
  checks.some(({ metric }) => metrics.includes(metric));

const rowsOf = async (dataset: Dataset): Promise<number> =>
  Number((await dataset.query('SELECT count(*) AS rows FROM data'))[0]?.['rows']);

/** Left out unless the policy names it: then what it asks for can't be had, and that is said. */
const tooManyCategories = (column: PairedColumn, { drift }: Policy, tables: Tables): string => {
  const what = `the column ${JSON.stringify(column.name)} has more than ${mostCategories} categories`;
  if (drift?.columns?.includes(column.name) !== true)
    return `Drift of ${what.replace(' has', ' is not measured: it has')}.`;
  throw faultError('invalid_data', [
    {
      file: tables.reference.name,
      path: 'drift.columns',
      message: what,
      expected: `at most ${mostCategories} categories`,
      hint: 'Is it an identifier or free text? Leave it out of drift.columns.',
    },
  ]);
};

const countNumbers = async (
  columns: readonly PairedColumn[],
  tables: Tables,
  rows: Sides,
  onRows: (done: number) => void,
): Promise<ColumnDrift[]> => {
  const counted: ColumnDrift[] = [];
  const all = rows.reference + rows.current;
  const small = all * columns.length <= mostExactValues;
  const samples = small ? [] : await sampledValues(columns, tables, rows);
  const many: { column: PairedColumn; sample: Float64Array }[] = [];
  for (const [index, column] of columns.entries()) {
    const sample = samples[index];
    const exact =
      sample === undefined
        ? await exactNumbers(column, tables, rows, all)
        : new Set(sample).size <= mostDistinctSampled
          ? await exactNumbers(column, tables, rows, mostDistinct)
          : null;
    if (exact !== null) counted.push(exact);
    else if (sample !== undefined) many.push({ column, sample });
    else throw new SluiceError('invalid_data', 'The data changed while it was being read.');
    if (small) onRows((all * (index + 1)) / columns.length);
  }
  if (many.length === 0) return counted;
  const binned = await binnedNumbers(
    many.map(({ column }) => column),
    many.map(({ sample }) => sample),
    tables,
    onRows,
  );
  return [...counted, ...binned];
};
