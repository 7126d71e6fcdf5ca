import { describe, expect, it } from '@jest/globals';
import { acrossSchema, type Across, type Measure, type MetricName } from '@sluice/contracts';
import { drawBinomial, seededRandom, type Random } from '@sluice/statistics';
import { groupingOf, profileOf, repeated, type Row } from '../../test/profiles.js';
import { measureProfile } from '../measure-profile.js';
import type { Profile } from '../profile.js';
import { fairnessMetrics } from './fairness-measure.js';
import { privilegedMetrics } from './privileged.js';

const draw = (seed: number, sizes: readonly number[]): Row[] => {
  const random = seededRandom([seed, ...sizes]);
  const yes = (p: number): boolean => drawBinomial(1, p, random) === 1;
  return sizes.flatMap((size, group) =>
    Array.from({ length: size }, () => {
      const label = yes(0.55);
      const score = Math.floor(random() * 10 + (label ? 4 : 0) + group) / 16;
      const championScore = Math.floor(random() * 10 + (label ? 3 : 0)) / 16;
      return {
        label,
        score,
        prediction: score >= 0.5,
        championScore,
        champion: championScore >= 0.5,
        groups: { g: 'abc'.charAt(group), k: yes(0.5) ? 'x' : 'y' },
      };
    }),
  );
};

const rows = draw(1, [120, 150, 180]);
const profile: Profile = (() => {
  const whole = profileOf(rows, ['g'], { g: 'b' });
  const strata = ['x', 'y'].map((value) => groupingOf(rows, ['g'], 'b', { column: 'k', value }));
  return { ...whole, byColumn: [...whole.byColumn, ...strata] };
})();

const asked = (
  metric: MetricName,
  across: Across | undefined,
  more: Partial<Parameters<typeof measureProfile>[1]> = {},
  of: Measure['of'] = 'version',
): Measure => measureProfile(profile, { metric, of, by: 'g', group: null, across, ...more });

describe('across groups', () => {
  const named = Object.entries(fairnessMetrics).filter(
    ([name, { rates }]) => rates.length === 1 && !name.startsWith('others'),
  );

  it.each(named)('is %s by another name', (name, { rates, disparity }) => {
    for (const whose of ['version', 'champion', 'difference'] as const) {
      const own = asked(name as MetricName, undefined, {}, whose);
      const across = asked(rates[0], disparity, {}, whose);
      expect(across.n).toBe(own.n);
      expect(across.value).toBeCloseTo(own.value as number, 14);
      expect(across.interval?.lower).toBeCloseTo(own.interval?.lower as number, 10);
      expect(across.interval?.upper).toBeCloseTo(own.interval?.upper as number, 10);
    }
  });

  it.each(Object.entries(privilegedMetrics).filter(([, { rates }]) => rates.length === 1))(
    'is %s by another name, against the privileged group',
    (name, { rates, disparity }) => {
      for (const whose of ['version', 'champion', 'difference'] as const) {
        const own = asked(name as MetricName, undefined, {}, whose);
        const across = asked(rates[0], `others_${disparity}_to_privileged`, {}, whose);
        expect(across.n).toBe(own.n);
        expect(across.value).toBeCloseTo(own.value as number, 14);
        expect(across.interval?.lower).toBeCloseTo(own.interval?.lower as number, 10);
        expect(across.interval?.upper).toBeCloseTo(own.interval?.upper as number, 10);
      }
    },
  );

  it.each(acrossSchema.options)(
    '%s: of version − champion is 0 from itself, and has its sign',
    (across) => {
      const same = profileOf(
        rows.map((row) => ({
          ...row,
          champion: row.prediction,
          championScore: row.score as number,
        })),
        ['g'],
        { g: 'b' },
      );
      const request = { metric: 'accuracy', by: 'g', group: 'a', across } as const;
      const itself = measureProfile(same, { ...request, of: 'difference' });
      expect(itself.value).toBe(0);
      expect(itself.interval?.lower).toBeLessThanOrEqual(0);
      expect(itself.interval?.upper).toBeGreaterThanOrEqual(0);
      const [version, champion, difference] = (['version', 'champion', 'difference'] as const).map(
        (of) => measureProfile(profile, { ...request, of }).value as number,
      ) as [number, number, number];
      const ideal = /_(privileged|majority)$/.test(across);
      const compared = (value: number): number =>
        !ideal
          ? value
          : across.includes('ratio')
            ? 1 - Math.min(value, 1 / value)
            : Math.abs(value);
      expect(difference).toBeCloseTo(compared(version) - compared(champion), 14);
    },
  );

  it('takes the AUC of every group, and all rows of the stratum for its overall', () => {
    const auc = (group: string): number => asked('roc_auc', undefined, { group }).value as number;
    const [a, b, c] = ['a', 'b', 'c'].map(auc) as [number, number, number];
    expect(asked('roc_auc', 'difference').value).toBeCloseTo(
      Math.max(a, b, c) - Math.min(a, b, c),
      14,
    );
    expect(asked('roc_auc', 'group_min').value).toBe(Math.min(a, b, c));
    const within = { column: 'k', value: 'x' };
    const part = profileOf(
      rows.filter(({ groups }) => groups['k'] === 'x'),
      ['g'],
    );
    expect(asked('roc_auc', 'difference_to_overall', { within })).toMatchObject({
      value: measureProfile(part, {
        metric: 'roc_auc',
        of: 'version',
        by: 'g',
        group: null,
        across: 'difference_to_overall',
      }).value,
      within,
    });
  });

  it('has the AUC of several groups together within a bound, and exactly where scores add up', () => {
    const others = rows.filter(({ groups }) => groups['g'] !== 'b');
    const overall = { metric: 'roc_auc', of: 'version', by: null, group: null } as const;
    const auc = (some: readonly Row[]): number =>
      measureProfile(profileOf(some, []), overall).value as number;
    const truth = auc(others) - auc(rows.filter(({ groups }) => groups['g'] === 'b'));
    const request = { across: 'others_difference_to_privileged' as const, by: 'g' };
    const pooled = asked('roc_auc', request.across);
    expect(pooled.errorBound).toBeGreaterThan(0);
    expect(Math.abs((pooled.value as number) - truth)).toBeLessThanOrEqual(
      (pooled.errorBound as number) + 1e-12,
    );
    expect(pooled.interval?.lower).toBeLessThan(truth);
    expect(pooled.interval?.upper).toBeGreaterThan(truth);
    const exact = measureProfile(profileOf(rows, ['g'], { g: 'b' }, true), {
      ...overall,
      ...request,
    });
    expect(exact).not.toHaveProperty('errorBound');
    expect(exact.value).toBeCloseTo(truth, 12);
  });

  it('is insufficient when a group has too few rows, and says which', () => {
    const few = profileOf(draw(2, [120, 8]), ['g'], { g: 'a' });
    for (const across of acrossSchema.options) {
      const measure = measureProfile(few, {
        metric: 'accuracy',
        of: 'version',
        by: 'g',
        group: 'b',
        across,
      });
      expect([across, measure.state, measure.value]).toEqual([across, 'insufficient', null]);
      expect(measure.reason).toContain('b has 8 rows; at least 20 are needed');
    }
  });

  it('is undefined against a privileged group without rows, and without a second group', () => {
    const missing = profileOf(rows, ['g'], { g: 'nobody' });
    const request = { metric: 'accuracy', of: 'version', by: 'g', group: 'a' } as const;
    expect(measureProfile(missing, { ...request, across: 'ratio_to_privileged' })).toMatchObject({
      state: 'undefined',
      reason: 'the privileged group has no row',
    });
    const alone = profileOf(
      rows.filter(({ groups }) => groups['g'] === 'a'),
      ['g'],
    );
    for (const across of ['difference', 'ratio', 'difference_to_overall'] as const)
      expect(measureProfile(alone, { ...request, across })).toMatchObject({ state: 'undefined' });
    expect(measureProfile(alone, { ...request, across: 'group_min' }).state).toBe('ok');
  });

  it('is undefined where a ratio is 0/0 or has 0 below, and 0 where only some have none', () => {
    const none = (group: string, prediction: boolean): Row[] =>
      repeated([{ label: true, prediction, groups: { g: group } }], 30);
    const ask = (table: Row[], across: Across): Measure =>
      measureProfile(profileOf(table, ['g'], { g: 'a' }), {
        metric: 'selection_rate',
        of: 'version',
        by: 'g',
        group: 'b',
        across,
      });
    const nobody = [...none('a', false), ...none('b', false)];
    for (const across of ['ratio', 'ratio_to_overall', 'ratio_to_privileged'] as const)
      expect([across, ask(nobody, across).state]).toEqual([across, 'undefined']);
    expect(ask(nobody, 'difference').value).toBe(0);
    const some = [...none('a', true), ...none('b', false)];
    for (const across of ['ratio', 'ratio_to_overall', 'ratio_to_privileged'] as const)
      expect([across, ask(some, across).value]).toEqual([across, 0]);
    const turned = [...none('a', false), ...none('b', true)];
    expect(ask(turned, 'ratio_to_privileged').state).toBe('undefined');
  });
});

describe('coverage of the truth at level 0.95, simulated', () => {
  interface Truth {
    readonly sizes: readonly number[];
    readonly right: readonly number[];
  }
  /** Labels of either kind alike; predictions right with a chance of the group's own. */
  const table = ({ sizes, right }: Truth, random: Random): Profile => {
    const cells = sizes.map((size, group) => {
      const positives = drawBinomial(size, 0.5, random);
      const tp = drawBinomial(positives, right[group] as number, random);
      const tn = drawBinomial(size - positives, right[group] as number, random);
      return { tp, fn: positives - tp, tn, fp: size - positives - tn };
    });
    const slice = (some: typeof cells) => ({
      cells: some.flatMap(({ tp, fn, fp, tn }) =>
        [
          { label: true, prediction: true, champion: null, count: tp },
          { label: true, prediction: false, champion: null, count: fn },
          { label: false, prediction: true, champion: null, count: fp },
          { label: false, prediction: false, champion: null, count: tn },
        ].filter(({ count }) => count > 0),
      ),
      ranking: null,
      scores: null,
      losses: null,
    });
    return {
      task: 'binary-classification',
      rows: 0,
      overall: slice(cells),
      byColumn: [
        {
          column: 'g',
          privileged: '0',
          within: null,
          groups: cells.map((each, group) => ({ group: String(group), ...slice([each]) })),
        },
      ],
    };
  };
  const coverage = (
    truth: Truth,
    value: number,
    request: { metric: MetricName; across?: Across; group?: string },
    runs: number,
  ): number => {
    const random = seededRandom([...truth.sizes, runs]);
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const { interval } = measureProfile(table(truth, random), {
        of: 'version',
        by: 'g',
        group: null,
        minimumRows: 1,
        ...request,
      });
      if (interval && interval.lower <= value && value <= interval.upper) covered += 1;
    }
    return covered / runs;
  };
  const alike = { sizes: [60, 90, 140], right: [0.7, 0.7, 0.7] };
  const apart = { sizes: [60, 90, 140], right: [0.6, 0.7, 0.85] };
  // With labels of either kind alike, accuracy is the chance of being right, and so is F1.
  const overall = (60 * 0.6 + 90 * 0.7 + 140 * 0.85) / 290;

  it.each([
    ['difference_to_overall', alike, 0],
    ['difference_to_overall', apart, Math.max(overall - 0.6, 0.85 - overall)],
    ['ratio_to_overall', alike, 1],
    ['ratio_to_overall', apart, 0.6 / overall],
    ['group_min', alike, 0.7],
    ['group_min', apart, 0.6],
    ['group_max', alike, 0.7],
    ['group_max', apart, 0.85],
  ] as const)('of accuracy, %s: at least nominal', (across, truth, value) => {
    // Two standard errors of a share of 0.95 in 400 are 0.022.
    expect(coverage(truth, value, { metric: 'accuracy', across }, 400)).toBeGreaterThanOrEqual(
      0.928,
    );
  });

  it('of a ratio to the privileged group: nominal', () => {
    const found = coverage(
      apart,
      0.85 / 0.6,
      { metric: 'accuracy', across: 'ratio_to_privileged', group: '2' },
      400,
    );
    expect(found).toBeGreaterThanOrEqual(0.928);
    expect(found).toBeLessThanOrEqual(0.98);
  });

  it('of κ from resampled counts, difference: at least nominal', () => {
    // κ is right − wrong here: twice as far apart. Two standard errors of a share of 0.95 in 16 are 0.109.
    const found = coverage(apart, 0.5, { metric: 'cohen_kappa', across: 'difference' }, 16);
    expect(found).toBeGreaterThanOrEqual(0.84);
  });

  it.each([
    ['smoothed_empirical_differential_fairness', 0],
    ['differential_fairness_bias_amplification', 0],
    ['demographic_disparity', 0],
    ['predicted_positive_share_ratio', 140 / 60],
  ] as const)('of %s where groups are selected alike: at least nominal', (metric, value) => {
    const request = { metric, ...(metric.startsWith('predicted') ? { group: '2' } : {}) };
    expect(coverage(apart, value, request, 300)).toBeGreaterThanOrEqual(0.92);
  });
});
