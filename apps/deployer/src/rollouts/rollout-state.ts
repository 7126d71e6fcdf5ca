import { SluiceError } from '@sluice/contracts';

/**
 * The steps of a rollout and what may follow each.
 * Any unfinished step may be followed by `fetching`: a deployer that starts again finds no server of its
 * predecessor alive, so it takes the rollout from the top.
 */
const following = {
  pending: ['fetching', 'failed'],
  fetching: ['fetching', 'starting', 'failed'],
  starting: ['fetching', 'checking', 'failed'],
  checking: ['fetching', 'switching', 'failed'],
  switching: ['fetching', 'draining', 'failed'],
  draining: ['fetching', 'succeeded', 'failed'],
  succeeded: [],
  failed: [],
} as const satisfies Record<string, readonly string[]>;

export type RolloutState = keyof typeof following;
/** What a deployer does between the wish for a version and its end. */
export type RolloutStep = Exclude<RolloutState, 'pending' | 'succeeded' | 'failed'>;

export const rolloutStates = Object.keys(following) as RolloutState[];

/** States from which `to` may be reached: what a conditional update compares with. */
export const statesBefore = (to: RolloutState): RolloutState[] =>
  rolloutStates.filter((from) => canFollow(from, to));

export const canFollow = (from: RolloutState, to: RolloutState): boolean =>
  (following[from] as readonly RolloutState[]).includes(to);

export const isFinished = (state: RolloutState): state is 'succeeded' | 'failed' =>
  following[state].length === 0;

/** Another process moved the rollout on, or the end of it was recorded before. What we were about to do is not ours to do. */
export class RolloutTakenOver extends SluiceError {
  constructor(promotion: string, to: RolloutState) {
    super('conflict', `The rollout of promotion ${promotion} can no longer become ${to}.`);
    this.name = 'RolloutTakenOver';
  }
}
