import { digestOfDocument, SluiceError, type Digest, type Policy } from '@sluice/contracts';
import type { Grouping, Profile, Slice } from '@sluice/evaluation';
import { FaultCollector } from '../fault-collector.js';
import { profileBySql } from '../sql/profile-by-sql.js';
import type { Query } from '../sql/sql-sums.js';
import { profileTaskBySql } from '../tasks/profile-task-by-sql.js';
import { requireOneState } from './one-state.js';
import { surveyPredictedTable, surveyScoredTable } from './table-survey.js';
import type { TrinoAddress, TrinoCredentials } from './trino-address.js';
import { TrinoClient } from './trino-client.js';
import { trinoDialect } from './trino-dialect.js';
import { TrinoTable } from './trino-table.js';

/** The queries that are answered so far. How many there will be depends on what is in the table. */
export interface DistributedProgress {
  readonly step: 'query';
  readonly done: number;
  readonly total: number;
}

export interface DistributedRequest {
  readonly policy: Policy;
  readonly address: TrinoAddress;
  readonly credentials?: TrinoCredentials;
  /** The table's name in the address's schema. */
  readonly table: string;
  /** Whether the profile is to be merged with others (see `ProfileRequest`). */
  readonly mergeable?: boolean;
  readonly onProgress?: (progress: DistributedProgress) => void;
  /** Cancels the query that runs; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface DistributedProfile {
  readonly profile: Profile;
  /** See `ProfiledDataset`. */
  readonly unfavorable: string | null;
  /** Of the table's name and of what was counted in it: it has no bytes of its own to digest. */
  readonly digest: Digest;
}

/**
 * Makes the profile of a table where its rows are, in Trino: only counts and sums leave it. The definitions are those
 * of `sql/`, the same as for files.
 *
 * No model runs there: the table holds scores or predictions, in the columns that the policy names.
 *
 * @throws SluiceError `invalid_request` for a policy with an artifact or a reference; `invalid_data` with all faults of the table that
 *   can be known at once; what `TrinoClient` throws
 */
export const profileDistributed = async (
  request: DistributedRequest,
): Promise<DistributedProfile> => {
  const { policy, address, credentials, table: name, onProgress, signal } = request;
  assertScored(policy);
  assertWithoutReference(policy);
  const client = new TrinoClient({ address, credentials: credentials ?? {} });
  let queries = 0;
  const table = await TrinoTable.open(client, address, name, signal);
  const query: Query = async (sql) => {
    const result = await table.query(sql);
    queries += 1;
    onProgress?.({ step: 'query', done: queries, total: queries });
    return result;
  };
  const { profile, unfavorable } = await profileTable(request, table, query);
  requireOneState(profile, table.name);
  return { profile, unfavorable, digest: digestOfTable(table.name, profile) };
};

const profileTable = async (
  { policy, mergeable }: DistributedRequest,
  table: TrinoTable,
  query: Query,
): Promise<Omit<DistributedProfile, 'digest'>> => {
  const faults = new FaultCollector(table.name);
  const found = <Surveyed>(surveyed: Surveyed | undefined): Surveyed => {
    faults.throwIfAny();
    if (surveyed === undefined) throw new Error('A survey failed without a fault.');
    return surveyed;
  };
  if (policy.task === 'binary-classification') {
    const { relation, layout, rows, unfavorable } = found(
      await surveyScoredTable(policy, table, trinoDialect, faults, mergeable),
    );
    const profile = await profileBySql(query, trinoDialect, relation, layout, rows, mergeable);
    return { profile, unfavorable };
  }
  const { survey, layout } = found(
    await surveyPredictedTable(policy, table, trinoDialect, faults, mergeable),
  );
  const place = { table, dialect: trinoDialect };
  const profile = await profileTaskBySql(query, place, policy, survey, layout, mergeable);
  return { profile, unfavorable: null };
};

const assertScored = ({ artifact }: Policy): void => {
  if (artifact === undefined) return;
  const message = 'a distributed engine runs no models, and the policy names an artifact';
  throw new SluiceError('invalid_request', `A table cannot be scored where it is: ${message}.`, {
    faults: [
      {
        path: 'artifact',
        message,
        found: artifact,
        expected: 'columns.score or columns.prediction, of a table that was scored before',
        hint: 'Score the table first, and evaluate it under a policy without artifact.',
      },
    ],
  });
};

const assertWithoutReference = ({ data }: Policy): void => {
  if (data.reference === undefined) return;
  const message = 'drift is measured on files, and the policy names a reference';
  throw new SluiceError('invalid_request', `A table cannot be evaluated where it is: ${message}.`, {
    faults: [
      {
        path: 'data.reference',
        message,
        found: data.reference,
        expected: 'a policy without data.reference',
        hint: 'Evaluate drift on files under a policy of its own.',
      },
    ],
  });
};

/** Whole numbers only: sums of fractions may differ in their last digit between two versions of an engine. */
const digestOfTable = (table: string, { rows, overall, byColumn }: Profile): Digest =>
  digestOfDocument({
    schema: 'sluice/table/v1',
    table,
    rows,
    overall: countsOf(overall),
    byColumn: (byColumn as readonly Grouping<Slice>[]).map(({ column, within, groups }) => ({
      column,
      within,
      groups: groups.map((slice) => ({ group: slice.group, ...countsOf(slice) })),
    })),
  });

const countsOf = (slice: Slice) => {
  if (!('kind' in slice))
    return {
      cells: slice.cells.map(({ label, prediction, count }) => ({ label, prediction, count })),
      bins: slice.scores?.version.bins ?? null,
    };
  if (slice.kind === 'multiclass')
    return {
      cells: slice.cells.map(({ label, prediction, count }) => ({ label, prediction, count })),
      places: slice.places?.map(({ version, count }) => ({ version, count })) ?? null,
    };
  const { positive, negative } = slice.version.sketch;
  return {
    count: slice.count,
    zeroLabels: slice.zeroLabels,
    errors: { positive: positive.bins, negative: negative.bins },
  };
};
