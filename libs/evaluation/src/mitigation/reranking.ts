import { SluiceError } from '@sluice/contracts';
import { groupName } from './constraint.js';

/** How a list is put together: AIF360's four. */
export const rerankings = ['greedy', 'conservative', 'relaxed', 'constrained'] as const;
export type Reranking = (typeof rerankings)[number];

/** The candidates of one group. */
export interface Candidates {
  readonly group: readonly string[];
  readonly score: Float64Array;
  /** Of the list, from 0 to 1; those of all groups sum to 1. */
  readonly share: number;
}

export interface RerankingProblem {
  readonly groups: readonly Candidates[];
  /** How long the list is to be. */
  readonly size: number;
  readonly reranking: Reranking;
}

/** One place of a list: the position of the group, and of the candidate in it. */
export interface Place {
  readonly group: number;
  readonly candidate: number;
}

export interface RankedList {
  /** From the first place on. */
  readonly places: readonly Place[];
  /** Of each group and length k of the list, by how many candidates it is below ⌊p·k⌋ at the worst; 0 when it never is. */
  readonly shortfalls: readonly number[];
}

/**
 * Puts candidates into a list by score so that among the first k, for each k, each group with the share p has at least
 * ⌊p·k⌋ and, where the method says so, at most ⌈p·k⌉ places. The candidates of a group keep their order; of equal scores
 * the earlier group and candidate comes first. Nothing is drawn by lot.
 *
 * If a group is about to fall below its minimum, the best candidate of such groups is next. Otherwise it is the best of
 * those that stay below their maximum (`greedy`), that of the group whose maximum is reached at the smallest ⌈p·k⌉/p
 * (`conservative`), or that rounded up, with the score among equals (`relaxed`). `constrained` fills the list as minima
 * rise, and moves each new candidate up past those of lower score as long as none of them falls behind the place that
 * it was needed at. It always meets the minima while there are candidates, greedy surely does with up to three groups,
 * and the shortfalls say how it came out.
 *
 * A group without candidates left is passed over, and its minimum with it, which the shortfalls tell; AIF360's
 * DeterministicReranking 0.6 fails there. It also mistakes the position in the list of groups that are below their
 * minimum for that of the group, so that its first three methods count places for other groups than they give them to,
 * and list a candidate again and again.
 *
 * Source: S. C. Geyik, S. Ambler and K. Kenthapadi, Fairness-Aware Ranking in Search & Recommendation Systems (2019),
 * algorithms 1 to 3.
 *
 * @throws SluiceError `invalid_request` when shares don't sum to 1, or there are fewer candidates than places
 */
export const rerank = (problem: RerankingProblem): RankedList => {
  requireFeasible(problem);
  const sorted = problem.groups.map(({ score }) =>
    Uint32Array.from(score.keys()).sort(
      (a, b) => (score[b] as number) - (score[a] as number) || a - b,
    ),
  );
  const list = new GrowingList(problem, sorted);
  const order = problem.reranking === 'constrained' ? constrained(list) : stepwise(list);
  const places = order.map(({ group, rank }) => ({
    group,
    candidate: (sorted[group] as Uint32Array)[rank] as number,
  }));
  return { places, shortfalls: shortfallsOf(problem.groups, places) };
};

const requireFeasible = ({ groups, size }: RerankingProblem): void => {
  const refuse = (message: string): SluiceError => new SluiceError('invalid_request', message);
  const unfit = groups.find(({ share }) => !(share >= 0 && share <= 1));
  if (unfit !== undefined)
    throw refuse(`The share of ${groupName(unfit.group)} is ${unfit.share}, not from 0 to 1.`);
  const sum = groups.reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-9) throw refuse(`The shares of the groups sum to ${sum}, not to 1.`);
  const candidates = groups.reduce((total, { score }) => total + score.length, 0);
  if (!Number.isInteger(size) || size < 1 || size > candidates)
    throw refuse(`A list of ${size} cannot be made of ${candidates} candidates.`);
};

/** The next candidate of a group by score. */
interface Next {
  readonly group: number;
  readonly rank: number;
  readonly score: number;
}

/** Rounding must not put a share of a length that is a whole number to the next one. */
const slack = 1e-9;
const least = (share: number, length: number): number => Math.floor(share * length + slack);
const most = (share: number, length: number): number => Math.ceil(share * length - slack);

/** How many places each group has, and who is next in it. */
class GrowingList {
  readonly size: number;
  readonly reranking: Reranking;
  readonly shares: readonly number[];
  private readonly scores: readonly Float64Array[];
  private readonly taken: number[];

  constructor(
    { groups, size, reranking }: RerankingProblem,
    private readonly sorted: readonly Uint32Array[],
  ) {
    this.size = size;
    this.reranking = reranking;
    this.shares = groups.map(({ share }) => share);
    this.scores = groups.map(({ score }) => score);
    this.taken = groups.map(() => 0);
  }

  count(group: number): number {
    return this.taken[group] as number;
  }

  take(next: Next): Next {
    this.taken[next.group] = next.rank + 1;
    return next;
  }

  next(group: number): Next | null {
    const rank = this.count(group);
    const candidate = this.sorted[group]?.[rank];
    if (candidate === undefined) return null;
    return { group, rank, score: this.scores[group]?.[candidate] as number };
  }

  /** Who is next in the groups that have less than so many places. */
  below(limit: (share: number) => number): Next[] {
    return this.shares.flatMap((share, group) => {
      const next = this.next(group);
      return next !== null && this.count(group) < limit(share) ? [next] : [];
    });
  }
}

/** The first of those with the smallest key, of equal keys that with the highest score. */
const firstBy = (all: readonly Next[], key: (next: Next) => number): Next =>
  all.reduce((best, next) => {
    const difference = key(next) - key(best);
    return difference < 0 || (difference === 0 && next.score > best.score) ? next : best;
  });

const stepwise = (list: GrowingList): Next[] =>
  Array.from({ length: list.size }, (_, at) => {
    const length = at + 1;
    const needed = list.below((share) => least(share, length));
    if (needed.length > 0) return list.take(firstBy(needed, () => 0));
    const allowed = list.below((share) => most(share, length));
    // Groups that have run out leave places to the others, beyond their share.
    const open = allowed.length > 0 ? allowed : list.below(() => Infinity);
    return list.take(firstBy(open, keyOf(list, length)));
  });

const keyOf = ({ reranking, shares }: GrowingList, length: number): ((next: Next) => number) => {
  if (reranking === 'greedy') return () => 0;
  const reached = ({ group }: Next): number => {
    const share = shares[group] as number;
    return share === 0 ? Number.MAX_VALUE : most(share, length) / share;
  };
  if (reranking === 'conservative') return reached;
  return (next) => Math.ceil(reached(next) - slack);
};

const constrained = (list: GrowingList): Next[] => {
  const order: Next[] = [];
  /** For each place, the last one that its candidate may move down to. */
  const latest: number[] = [];
  const insert = (next: Next, limit: number): void => {
    let at = order.length;
    order.push(list.take(next));
    latest.push(limit);
    while (at > 0 && (latest[at - 1] as number) >= at) {
      const above = order[at - 1] as Next;
      if (above.score >= next.score) return;
      [order[at - 1], order[at]] = [next, above];
      [latest[at - 1], latest[at]] = [latest[at] as number, latest[at - 1] as number];
      at -= 1;
    }
  };
  // Minima sum to the length or less, so the list may be full only by the minima of a longer one.
  for (let length = 1; order.length < list.size; length += 1) {
    const needed = list.below((share) => least(share, length));
    for (const next of needed.toSorted((a, b) => b.score - a.score))
      if (order.length < list.size) insert(next, length - 1);
    // Once the groups that have a share have run out, the others take what is left.
    if (list.below((share) => (share > 0 ? Infinity : 0)).length === 0) break;
  }
  while (order.length < list.size) {
    const open = list.below(() => Infinity);
    const best = firstBy(open, () => 0);
    insert(best, list.size - 1);
  }
  return order;
};

/** By how many candidates each group of a list is below its minimum at the worst, see {@link rerank}. */
export const shortfallsOf = (
  groups: readonly Candidates[],
  places: readonly Place[],
): RankedList['shortfalls'] => {
  const counts = groups.map(() => 0);
  const worst = groups.map(() => 0);
  places.forEach(({ group }, at) => {
    counts[group] = (counts[group] as number) + 1;
    groups.forEach(({ share }, index) => {
      const missing = least(share, at + 1) - (counts[index] as number);
      worst[index] = Math.max(worst[index] as number, missing);
    });
  });
  return worst;
};
