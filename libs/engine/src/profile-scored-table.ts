import type { BinaryProfile } from '@sluice/evaluation';
import { assembleProfile } from './assembly/assemble-profile.js';
import { neighbourProfile } from './neighbours/neighbour-profile.js';
import type { AlikeColumn } from './neighbours/survey-alike.js';
import type { ProfileRequest } from './profile-request.js';
import { rankPair, ranksAsPair } from './ranking/rank-pair.js';
import {
  countAndRank,
  countsAsItRanks,
  rankScores,
  type ScoredTable,
} from './ranking/rank-scores.js';
import type { RankOptions } from './ranking/walk-rounds.js';
import type { WalkThreads } from './ranking/walk-threads.js';
import { duckdbDialect } from './sql/duckdb-dialect.js';
import type { ScoredRelation } from './sql/scored-relation.js';
import { SqlSums } from './sql/sql-sums.js';

/**
 * Counts and ranks the rows of a table with scores or predictions of two classes.
 *
 * @param alike the columns by which rows are neighbours; they are compared where the policy asks for it
 * @param threads closed once the ranks are there
 */
export const profileScoredTable = async (
  table: ScoredTable,
  alike: readonly AlikeColumn[],
  request: ProfileRequest,
  threads: WalkThreads,
): Promise<BinaryProfile> => {
  const sums = await countedAndRanked(table, request, threads);
  request.signal?.throwIfAborted();
  // It is awaited where they were made.
  void threads.close();
  const profile = assembleProfile(table.rows, sums.slices, sums.sums, sums.units);
  return withNeighbours(profile, table, alike, request);
};

/** The sums of the table with all ranks among them. Each step's end is told, and work stops there when it is to. */
const countedAndRanked = async (
  table: ScoredTable,
  { signal, onProgress, mergeable = false }: ProfileRequest,
  threads: WalkThreads,
): Promise<SqlSums> => {
  const { dataset, relation, layout, rows } = table;
  // Rows of data are looked at one by one only here; those that models scored were told of before.
  const onRows =
    relation.from === 'data'
      ? (done: number) => onProgress?.({ step: 'score', done, total: rows })
      : () => undefined;
  const options = { threads };
  const isPaired = ranksAsPair(table);
  const isRanked = isPaired || countsAsItRanks(relation);
  const sums = isPaired
    ? await rankPair(table, onRows)
    : isRanked
      ? await countAndRank(table, options, onRows)
      : await SqlSums.of((sql) => dataset.query(sql), duckdbDialect, relation, layout, rows);
  const steps = [
    ...(isRanked || relation.score === null
      ? []
      : [() => rankScores({ ...sums, ...table }, 'version', options, onRows)]),
    ...stepsAfterRanks(table, sums, isPaired, options),
    ...(mergeable ? stepsForMerging(relation, sums) : []),
  ];
  const earlier = Number(isRanked);
  const total = earlier + steps.length;
  const tell = (done: number): void => {
    signal?.throwIfAborted();
    onProgress?.({ step: 'rank', done, total });
  };
  if (isRanked) tell(earlier);
  if (total === 0) onRows(rows);
  for (const [done, step] of steps.entries()) {
    await step();
    tell(earlier + done + 1);
  }
  return sums;
};

/**
 * What follows once the version's scores are ranked, and the champion's with them if they are a pair. Amounts come from
 * SQL, and so does what version and champion have in common where there are too many rows to rank them as a pair.
 */
const stepsAfterRanks = (
  table: ScoredTable,
  sums: SqlSums,
  isPaired: boolean,
  options: RankOptions,
): (() => Promise<void>)[] => {
  const { score, champion, amount } = table.relation;
  if (score === null) return [];
  const amounts = (of: 'version' | 'champion') =>
    amount === null ? [] : [() => sums.addAmounts(of)];
  if (champion === null) return amounts('version');
  const apart = [
    () => rankScores({ ...sums, ...table }, 'champion', options),
    () => sums.addLosses(['difference']),
    () => sums.addCovariances(),
  ];
  return [...amounts('version'), ...(isPaired ? [] : apart), ...amounts('champion')];
};

/** What ranks of merged profiles are taken from. */
const stepsForMerging = (
  { score, champion }: ScoredRelation,
  sums: SqlSums,
): (() => Promise<void>)[] => {
  if (score === null) return [];
  const version = () => sums.addRuns('version');
  return champion === null
    ? [version]
    : [version, () => sums.addRuns('champion'), () => sums.addPairs()];
};

/** The rows of a part may have neighbours in the others, so that they aren't compared. */
const withNeighbours = async (
  profile: BinaryProfile,
  { dataset, relation, rows }: ScoredTable,
  alike: readonly AlikeColumn[],
  { policy, signal, onProgress, mergeable = false }: ProfileRequest,
): Promise<BinaryProfile> => {
  if (policy.consistency === undefined || mergeable) return profile;
  const neighbours = await neighbourProfile({
    dataset,
    relation,
    rows,
    policy: policy.consistency,
    columns: alike,
    onProgress: (done, total) => onProgress?.({ step: 'neighbours', done, total }),
    signal,
  });
  return { ...profile, neighbours };
};
