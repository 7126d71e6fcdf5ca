import { serveRequests } from '../worker-loop.js';
import { ListWalker, type ScoreList, type WalkedList } from './walk-list.js';
import type { WalkPlan } from '../ranking/score-walk.js';

/* A thread that ranks the scores of classes: millions take seconds, in which a service must stay awake. */

/** A list to be ranked. */
export interface ListRequest {
  readonly list: ScoreList;
  readonly plan: WalkPlan;
}

const walker = new ListWalker();
serveRequests<ListRequest, WalkedList>(async ({ list, plan }) => ({
  result: walker.walk(list, plan),
}));
