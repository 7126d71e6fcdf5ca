import { delong, type DeLong, type ScoresByClass } from '@sluice/statistics';
import { serveRequests } from '../worker-loop.js';

/** The scores of the version and, row by row the same, of the champion. */
export interface RankingRequest {
  readonly version: ScoresByClass;
  readonly champion: ScoresByClass | null;
}

/* A thread that ranks: sorting and counting millions of scores takes seconds, in which a service must stay awake. */
serveRequests<RankingRequest, DeLong>(async ({ version, champion }) => ({
  result: delong(version, champion ?? undefined),
}));
