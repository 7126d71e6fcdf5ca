import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Measure } from '@sluice/contracts';
import type { Profile } from '@sluice/evaluation';
import { measureProfile } from '@sluice/evaluation/testing';
import { policyOfCase, rowsOfCase, taskCases, writeRows } from '../fixtures/task-cases.fixture.js';
import { temporaryFolder } from '../fixtures/tables.fixture.js';
import { profileDataset } from '../profile-dataset.js';

const folder = temporaryFolder();

/** "pinball_loss(0.9)" as what a request asks for. */
const asked = (name: string): Pick<Measure, 'metric' | 'parameter'> => {
  const [metric, parameter] = name.replace(')', '').split('(');
  return {
    metric: metric as Measure['metric'],
    ...(parameter !== undefined && { parameter: Number(parameter) }),
  };
};

/** Read off a sketch, which states its error. */
const isSketched = (name: string): boolean =>
  /^(median_absolute_error|residual_quantile)/.test(name);

const expectClose = (found: number | null, expected: number, tolerance = 1e-9): void => {
  expect(found).not.toBeNull();
  const scale = Math.max(1, Math.abs(expected));
  expect(Math.abs((found as number) - expected) / scale).toBeLessThan(tolerance);
};

describe.each(taskCases().map((each, index) => ({ ...each, index })))(
  '$name, as scikit-learn and fairlearn',
  (theCase) => {
    let profile: Profile;
    const measure = (request: Partial<Measure> & Pick<Measure, 'metric'>): Measure =>
      measureProfile(profile, { of: 'version', by: null, group: null, minimumRows: 1, ...request });

    beforeAll(async () => {
      const path = await writeRows(folder, `case${theCase.index}`, rowsOfCase(theCase));
      ({ profile } = await profileDataset<Profile>({
        policy: policyOfCase(theCase),
        dataset: { path },
      }));
    }, 60_000);

    const { by_class: byClass, ...figures } = theCase.expected;

    it.each(Object.entries(figures as Record<string, number | null>))('%s', (name, expected) => {
      const { value, state, reason, interval } = measure(asked(name));
      if (expected === null) {
        expect({ value, state }).toEqual({ value: null, state: 'undefined' });
        expect(reason).toBeTruthy();
        return;
      }
      if (isSketched(name))
        expect(Math.abs((value as number) - expected)).toBeLessThanOrEqual(
          0.00501 * Math.abs(expected),
        );
      else expectClose(value, expected);
      if (interval === null) return expect(name).toBe('max_error');
      expect(interval.lower).toBeLessThanOrEqual((value as number) + 1e-12);
      expect(interval.upper).toBeGreaterThanOrEqual((value as number) - 1e-12);
    });

    if (byClass)
      it.each(Object.entries(byClass))('class %s by itself', (name, expected) => {
        for (const [metric, value] of Object.entries(expected)) {
          const found = measure({ metric: metric as Measure['metric'], class: name });
          if (value === null) expect(found.state).toBe('undefined');
          else expectClose(found.value, value);
        }
      });

    if (theCase.across)
      it.each(Object.entries(theCase.across))('%s over groups', (across, expected) => {
        for (const [metric, value] of Object.entries(expected)) {
          const found = measure({
            metric: metric as Measure['metric'],
            by: 'team',
            across: across as NonNullable<Measure['across']>,
          });
          // fairlearn takes an R² of constant labels for 0 or 1.
          if (value === null || (metric === 'r2_score' && figures['r2_score'] === null))
            expect({ metric, value: found.value }).toEqual({ metric, value: null });
          else expectClose(found.value, value);
        }
      });

    if (theCase.fairness)
      it.each(Object.entries(theCase.fairness))(
        '%s over groups and classes',
        (metric, expected) => {
          const { value } = measure({ metric: metric as Measure['metric'], by: 'team' });
          if (expected === null) expect(value).toBeNull();
          else expectClose(value, expected);
        },
      );
  },
);
