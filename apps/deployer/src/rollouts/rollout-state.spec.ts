import { describe, expect, it } from '@jest/globals';
import { canFollow, isFinished, rolloutStates, statesBefore } from './rollout-state.js';

describe('the states of a rollout', () => {
  it('lead from the wish to success, and from every one on the way to failure', () => {
    const way = [
      'pending',
      'fetching',
      'starting',
      'checking',
      'switching',
      'draining',
      'succeeded',
    ];
    for (const [index, state] of way.slice(1).entries())
      expect(canFollow(way[index] as 'pending', state as 'pending')).toBe(true);
    expect(statesBefore('failed')).toEqual(rolloutStates.filter((state) => !isFinished(state)));
  });

  it('end in success or failure', () => {
    expect(rolloutStates.filter(isFinished)).toEqual(['succeeded', 'failed']);
    for (const end of ['succeeded', 'failed'] as const)
      for (const state of rolloutStates) expect(canFollow(end, state)).toBe(false);
  });

  it('skip nothing: no traffic without a check, no success without traffic', () => {
    expect(statesBefore('switching')).toEqual(['checking']);
    expect(statesBefore('succeeded')).toEqual(['draining']);
  });
});
