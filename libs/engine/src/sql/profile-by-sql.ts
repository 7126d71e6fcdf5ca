import type { BinaryProfile } from '@sluice/evaluation';
import { assembleProfile } from '../assembly/assemble-profile.js';
import type { Layout } from '../assembly/layout.js';
import type { Dialect } from './dialect.js';
import type { LossKind } from './losses-sql.js';
import type { ScoredRelation } from './scored-relation.js';
import { SqlSums, type Query } from './sql-sums.js';

/**
 * The whole profile of a scored table by SQL alone, in whatever engine answers the queries.
 *
 * @param mergeable whether it keeps what ranks of merged profiles need
 */
export const profileBySql = async (
  query: Query,
  dialect: Dialect,
  relation: ScoredRelation,
  layout: Layout,
  rows: number,
  mergeable = false,
): Promise<BinaryProfile> => {
  const sums = await SqlSums.of(query, dialect, relation, layout, rows);
  if (relation.score !== null) {
    const paired = relation.champion !== null && relation.champion.score !== null;
    const kinds: LossKind[] = paired ? ['version', 'champion', 'difference'] : ['version'];
    await sums.addHistograms('version');
    await sums.addLosses(kinds);
    await sums.addRanks('version');
    if (mergeable) await sums.addRuns('version');
    if (paired) {
      await sums.addHistograms('champion');
      await sums.addRanks('champion');
      await sums.addCovariances();
      if (mergeable) {
        await sums.addRuns('champion');
        await sums.addPairs();
      }
    }
  }
  return assembleProfile(rows, sums.slices, sums.sums, sums.units);
};
