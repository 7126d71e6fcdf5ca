import { metricDefinition, type Fault, type Policy } from '@sluice/contracts';
import type {
  BinaryProfile,
  ColumnDrift,
  DriftProfile,
  PerformanceDrift,
} from '@sluice/evaluation';
import type { Dataset } from '../dataset/dataset.js';
import { faultError } from '../fault-collector.js';
import { mostCategories } from './category-counts.js';
import { countInThreads } from './counting-threads.js';
import { pairColumns, type PairedColumn, type Tables } from './drift-columns.js';
import { embeddingDrift } from './embedding-drift.js';
import { pairEmbedding, type PairedEmbedding } from './embedding-rows.js';
import { jointDrift } from './joint-drift.js';
import { weighRows } from './row-weights.js';

export interface DriftRequest {
  readonly policy: Policy;
  readonly tables: Tables;
  /** Of the reference table, when checks need its labels and scores. */
  readonly reference: BinaryProfile | null;
  /** Of the current table, when its rows have weights that drift is to ignore. */
  readonly current?: BinaryProfile | undefined;
  /** Of both tables, when checks ask for performance without labels. */
  readonly performance: PerformanceDrift | null;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
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
  const { policy, tables, onProgress, signal } = request;
  const rows = { reference: await rowsOf(tables.reference), current: await rowsOf(tables.current) };
  const { columns, faults, leftOut } = await pairColumns(policy, tables);
  const embeddings = await pairEmbeddings(policy, tables, faults);
  const weightFaults: Fault[] = [];
  const weighed = await weighRows(policy, tables, rows, weightFaults);
  if (faults.length + weightFaults.length > 0)
    throw faultError('invalid_data', [
      ...faults.map((fault) => ({ file: tables.reference.name, ...fault })),
      ...weightFaults,
    ]);
  const total = rows.reference + rows.current;
  onProgress?.(0, total);
  const found: ColumnDrift[] = [];
  const warnings = leftOut.map(
    ({ column, reason }) =>
      `Drift of the column ${JSON.stringify(column)} is not measured: it ${reason}.`,
  );
  const counted = await countInThreads({
    columns,
    tables,
    rows,
    weights: weighed && weighed.weights,
    onRows: (done) => onProgress?.(done, total),
    signal,
  });
  columns.forEach((column, index) => {
    const each = counted[index] ?? null;
    if (each === null) warnings.push(tooManyCategories(column, policy, tables));
    else found.push(each);
  });
  const joint = asksFor(policy, ['domain_classifier_auc', 'reconstruction_error_ratio'])
    ? await jointDrift(columns, tables, rows)
    : null;
  onProgress?.(total, total);
  return {
    drift: {
      rows,
      ...(weighed === null ? {} : { weights: weighed.moments }),
      columns: found,
      joint,
      embeddings: await inTurn(embeddings, (each) => embeddingDrift(each, policy, rows)),
      reference: request.reference,
      ...(request.current === undefined ? {} : { current: request.current }),
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
