import { delongByGroup, rankedScores, type DeLong, type RankedScores } from '@sluice/statistics';
import { serveRequests } from '../worker-loop.js';
import type { KeptScores } from './tally.js';

/** First the rows, once; then how to part them. */
export type RankingRequest =
  | { readonly rows: KeptScores }
  /** null for all rows as one group */
  | { readonly by: { readonly column: number; readonly groups: number } | null };

interface Loaded {
  readonly rows: KeptScores;
  readonly version: RankedScores;
  readonly champion: RankedScores | undefined;
}

let loaded: Loaded | undefined;

/* A thread that ranks: sorting and counting millions of scores takes seconds, in which a service must stay awake. */
serveRequests<RankingRequest, DeLong[]>(async (request) => {
  if ('rows' in request) {
    const { rows } = request;
    loaded = {
      rows,
      version: rankedScores(rows.score),
      champion: rows.championScore === null ? undefined : rankedScores(rows.championScore),
    };
    return { result: [] };
  }
  if (loaded === undefined) throw new Error('There are no rows to rank yet.');
  const { rows, version, champion } = loaded;
  const groups = request.by && {
    codes: rows.groups[request.by.column] as Uint16Array,
    count: request.by.groups,
  };
  return { result: delongByGroup({ labels: rows.label, groups }, version, champion) };
});
