import { describe, expect, it } from '@jest/globals';
import type { BinaryProfile } from '@sluice/evaluation';
import { plainProfile, randomRows } from '../fixtures/scored-rows.fixture.js';
import { requireOneState } from './one-state.js';

describe('requireOneState', () => {
  it.each([{ rows: 60 }, { rows: 60, weights: true, champion: true }])(
    'accepts the profile of one table: %j',
    (options) => {
      expect(() => requireOneState(plainProfile(randomRows(options)), 't')).not.toThrow();
    },
  );

  it('refuses one whose queries saw different rows', () => {
    const before = plainProfile(randomRows({ rows: 60 }));
    const after = plainProfile(randomRows({ rows: 61 }));
    const mixed: BinaryProfile[] = [
      { ...before, rows: 61 },
      { ...before, overall: { ...before.overall, scores: after.overall.scores } },
      { ...before, overall: after.overall },
      { ...before, byColumn: after.byColumn },
      { ...before, rows: 61, overall: after.overall },
    ];
    for (const profile of mixed)
      expect(() => requireOneState(profile, 'hive.risk.t')).toThrow(
        expect.objectContaining({
          code: 'invalid_data',
          faults: [expect.objectContaining({ file: 'hive.risk.t' })],
        }),
      );
  });
});
