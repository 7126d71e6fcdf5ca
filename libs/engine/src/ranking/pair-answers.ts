import type {
  ChampionPlan,
  ChampionWalked,
  PairCounts,
  PairPlan,
  PairTask,
  VersionWalked,
} from './pair-plan.js';
import { PairWalk } from './pair-walk.js';
import type { RowsRequest } from './row-feed.js';

/** A task, then rows in shared memory, then what rows these were, then both walks. */
export type PairRequest =
  | { readonly task: PairTask }
  | RowsRequest
  | { readonly counted: true }
  | { readonly champion: ChampionPlan }
  | { readonly version: PairPlan };

/** null where a request was but to be done. */
export type PairAnswer = null | PairCounts | ChampionWalked | VersionWalked;

/** Takes rows and ranks them by both scores as it is asked to. */
export const pairAnswers = (): ((request: PairRequest) => PairAnswer) => {
  let walk: PairWalk | undefined;
  return (request) => {
    if ('task' in request) {
      walk = new PairWalk(request.task);
      return null;
    }
    if (walk === undefined) throw new Error('There is no task yet.');
    if ('shared' in request) {
      walk.intake.take(request.shared, request.rows);
      return null;
    }
    if ('counted' in request) return walk.intake.counted();
    if ('champion' in request) return walk.overChampion(request.champion);
    const result = walk.overVersion(request.version);
    walk = undefined;
    return result;
  };
};
