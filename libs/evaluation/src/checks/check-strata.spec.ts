import { describe, expect, it } from '@jest/globals';
import { parsePolicy, policyDigest, type Check, type Policy } from '@sluice/contracts';
import { groupingOf, profileOf, repeated, type Row } from '../../test/profiles.js';
import { evaluate } from '../evaluate.js';
import type { Profile } from '../profile.js';

const policyOf = (checks: string): Policy =>
  parsePolicy(`
version: 1
model: credit-risk
task: binary-classification
data: { evaluation: holdout.csv }
columns:
  label: outcome
  favorable: good
  prediction: decision
  protected: [{ name: sex, privileged: male }, { name: age, privileged: old }]
  control: [job]
checks:
${checks}
`);

const some = (sex: string, age: string, job: string, selected: number, refused: number): Row[] => [
  ...repeated([{ label: true, prediction: true, groups: { sex, age, job } }], selected),
  ...repeated([{ label: true, prediction: false, groups: { sex, age, job } }], refused),
];

/** In every job men and women are selected alike; women more often have the job in which few are. */
const rows = [
  ...some('female', 'old', 'clerk', 12, 48),
  ...some('female', 'young', 'clerk', 12, 48),
  ...some('male', 'old', 'clerk', 4, 16),
  ...some('male', 'young', 'clerk', 4, 16),
  ...some('female', 'old', 'boss', 16, 4),
  ...some('female', 'young', 'boss', 16, 4),
  ...some('male', 'old', 'boss', 48, 12),
  ...some('male', 'young', 'boss', 48, 12),
];

const profiled = (table: readonly Row[], jobs: readonly string[]): Profile => {
  const whole = profileOf(table, ['sex', 'age'], { sex: 'male', age: 'old' });
  return {
    ...whole,
    byColumn: [
      ...whole.byColumn,
      groupingOf(table, ['sex', 'age'], 'male × old'),
      ...jobs.map((value) => groupingOf(table, ['sex'], 'male', { column: 'job', value })),
    ],
  };
};

const verdictOf = (checks: string, table = rows, jobs: readonly string[] = ['boss', 'clerk']) => {
  const policy = policyOf(checks);
  return evaluate({
    policy,
    profile: profiled(table, jobs),
    subject: {
      model: 'credit-risk',
      version: null,
      champion: null,
      datasets: { evaluation: `sha256:${'a'.repeat(64)}` },
      policy: policyDigest(policy),
    },
  });
};
const decided = (check: string, table?: Row[], jobs?: readonly string[]): Check =>
  verdictOf(`  - ${check}`, table, jobs).checks[0] as Check;

describe('a check within a control column', () => {
  it('holds in every stratum where it does not hold over all', () => {
    const check = '{ metric: demographic_parity_ratio, by: sex, at_least: 0.8 }';
    expect(decided(check).outcome).toBe('fail');
    expect(decided(check.replace('by: sex', 'by: sex, within: job'))).toMatchObject({
      id: 'demographic_parity_ratio/sex/within job/at_least',
      outcome: 'pass',
      measure: { value: 1, within: { column: 'job', value: 'boss' } },
    });
    expect(
      decided('{ metric: conditional_demographic_disparity, by: sex, within: job, at_most: 0.05 }'),
    ).toMatchObject({
      outcome: 'pass',
      measure: { value: 0, within: { column: 'job', value: null } },
    });
  });

  it('is decided by the worst stratum, which the reason names', () => {
    const table = [...rows, ...some('female', 'old', 'clerk', 0, 60)];
    const check = decided(
      '{ metric: selection_rate, by: sex, within: job, across: ratio, at_least: 0.8 }',
      table,
    );
    expect(check).toMatchObject({
      id: 'selection_rate/across ratio/sex/within job/at_least',
      outcome: 'fail',
      measure: { across: 'ratio', within: { column: 'job', value: 'clerk' } },
    });
    expect(check.reason).toMatch(
      /^Where job is clerk, the selection rate is 0\.133 for female \(n = 180\) and 0\.200 for male \(n = 40\): a ratio of 0\.667 \[.*\], the worst of 2 values of job, below the limit of 0\.80/,
    );
    expect(check.advice).toContain('Raise the selection rate of female');
  });

  it('takes a stratum without enough rows for what the policy says', () => {
    const table = [...rows, ...some('female', 'old', 'chef', 3, 2)];
    const jobs = ['boss', 'chef', 'clerk'];
    const check =
      '{ metric: selection_rate, by: sex, within: job, across: difference, at_most: 0.3 }';
    expect(decided(check, table, jobs)).toMatchObject({
      outcome: 'fail',
      measure: { state: 'undefined', within: { column: 'job', value: 'chef' } },
    });
    expect(decided(check, table, jobs).reason).toMatch(
      /^Where job is chef, the selection rate \(difference\) by sex is undefined: there is one group only/,
    );
    expect(decided(check.replace(' }', ', when_undefined: warn }'), table, jobs)).toMatchObject({
      outcome: 'warn',
    });
    const few = [...table, ...some('male', 'old', 'chef', 3, 2)];
    expect(decided(check, few, jobs)).toMatchObject({
      outcome: 'fail',
      measure: { state: 'insufficient' },
    });
    expect(decided(check, few, jobs).advice).toMatch(/^Add at least 15 more rows of female/);
  });

  it('never passes when no row has a value of the control column', () => {
    expect(
      decided(
        '{ metric: accuracy, by: sex, within: job, across: difference, at_most: 1 }',
        rows,
        [],
      ),
    ).toMatchObject({ outcome: 'fail', measure: null });
    expect(
      decided(
        '{ metric: conditional_demographic_disparity, by: sex, within: job, at_most: 1 }',
        rows,
        [],
      ),
    ).toMatchObject({ outcome: 'fail', measure: { state: 'undefined' } });
  });
});

describe('a check by an intersection', () => {
  it('compares its groups', () => {
    const check = decided(
      '{ metric: demographic_parity_difference, by: [sex, age], at_most: 0.1 }',
    );
    expect(check).toMatchObject({
      id: 'demographic_parity_difference/sex × age/at_most',
      outcome: 'fail',
      measure: { by: 'sex × age' },
    });
    expect(check.reason).toContain('for female × old (n = 80)');
  });

  it('holds in each of its groups against the privileged one', () => {
    const check = decided(
      '{ metric: selection_rate, by: [sex, age], across: ratio_to_privileged, at_least: 0.8, at_most: 1.25 }',
    );
    expect(check).toMatchObject({
      outcome: 'fail',
      measure: { group: 'female × old', across: 'ratio_to_privileged', n: 160 },
    });
    expect(check.reason).toMatch(
      /selection rate is 0\.350 for female × old \(n = 80\) and 0\.650 for male × old \(n = 80\): a ratio of 0\.538 \[.*\], the worst of 3 groups, 2 of which don't hold the limit/,
    );
  });
});

describe('the measures of a verdict', () => {
  it('has strata only as far as checks ask, and intersections with the rates that are compared most', () => {
    const { measures } = verdictOf(
      [
        '  - { metric: accuracy, by: [sex, age], across: group_min, at_least: 0 }',
        '  - { metric: precision, by: sex, within: job, across: difference, at_most: 1 }',
      ].join('\n'),
    );
    const within = measures.filter((measure) => measure.within !== undefined);
    expect(within.map(({ metric, within: stratum }) => [metric, stratum?.value])).toEqual([
      ['precision', 'boss'],
      ['precision', 'clerk'],
    ]);
    const crossed = measures.filter(({ by }) => by === 'sex × age');
    expect(crossed).toHaveLength(5 * 4 + 1);
    expect(crossed.at(-1)).toMatchObject({ metric: 'accuracy', across: 'group_min' });
    expect(new Set(measures.map((measure) => JSON.stringify(measure))).size).toBe(measures.length);
  });
});
