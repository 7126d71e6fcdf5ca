import { describe, expect, it } from '@jest/globals';
import { metricDefinition, metricsOf, type Measure, type MetricName } from '@sluice/contracts';
import { creditRisk, synthetic, type Expected } from '../../test/oracles.js';
import { cellsOfConfusion, profileOf, repeated } from '../../test/profiles.js';
import { measureProfile } from '../measure-profile.js';
import { qualityMeasure } from './quality-measure.js';
import { isScoreMetric } from './score-measure.js';

const overall = (metric: MetricName, of: Measure['of'] = 'version') =>
  ({ metric, of, by: null, group: null }) as const;

/** Each row stands there so often that no figure rests on too few; that changes no estimate. */
const times = 40;

/** @param copies of each row, of which counts are of */
const expectedOf = (expected: Expected, copies = 1): Record<string, number | null> => {
  const { tp, fp, fn, tn } = expected.confusion;
  return {
    true_positives: copies * tp,
    false_positives: copies * fp,
    true_negatives: copies * tn,
    false_negatives: copies * fn,
    accuracy: expected.accuracy,
    selection_rate: (tp + fp) / (tp + fp + fn + tn),
    true_positive_rate: expected.recall,
    false_positive_rate: expected.specificity === null ? null : 1 - expected.specificity,
    roc_auc: expected.roc_auc,
    balanced_accuracy: expected.balanced_accuracy,
    youden_j: expected.youden_j,
    precision: expected.precision,
    negative_predictive_value: expected.negative_predictive_value,
    f1_score: expected.f1,
    matthews_correlation_coefficient: expected.mcc,
    // scikit-learn says 0 of one class alone, whatever the predictions: that shows nothing, and is no figure of ours.
    cohen_kappa: tp + fn === 0 || fp + tn === 0 ? null : expected.cohen_kappa,
    ...expected.aif360,
  };
};

const compare = (measure: Measure, oracle: number | null | undefined): void => {
  if (oracle === null || oracle === undefined) {
    expect(measure).toMatchObject({ state: 'undefined', value: null, interval: null });
    expect(measure.reason).toMatch(
      /no (un)?favorable row|no row predicted (un)?favorable|no row that is favorable or predicted/,
    );
    return;
  }
  expect(measure.state).toBe('ok');
  expect(Math.abs((measure.value as number) - oracle)).toBeLessThan(1e-9);
  expect(measure.interval?.level).toBe(0.95);
  expect(measure.interval?.lower).toBeLessThanOrEqual(measure.value as number);
  expect(measure.interval?.upper).toBeGreaterThanOrEqual(measure.value as number);
};

/** The metrics of predictions, and the AUC; score-measure.spec.ts and fairness-oracles.spec.ts compare the others. */
const quality = metricsOf('binary-classification').filter(
  (name) =>
    metricDefinition(name).kind === 'quality' &&
    !isScoreMetric(name) &&
    !name.startsWith('generalized_t') &&
    !name.startsWith('generalized_f') &&
    name !== 'f_beta_score',
);

describe('qualityMeasure', () => {
  it.each(synthetic)('agrees with scikit-learn on $name', ({ rows, expected }) => {
    const profile = profileOf(repeated(rows, times), ['group']);
    for (const metric of quality)
      compare(measureProfile(profile, overall(metric)), expectedOf(expected, times)[metric]);
    for (const [group, figures] of Object.entries(expected.fairness.group?.groups ?? {}))
      for (const metric of ['selection_rate', 'true_positive_rate', 'false_positive_rate'] as const)
        compare(
          measureProfile(profile, { metric, of: 'version', by: 'group', group }),
          figures[metric],
        );
  });

  it.each(creditRisk)('agrees with scikit-learn on credit-risk, $name', ({ expected }) => {
    const cells = cellsOfConfusion(expected.confusion);
    for (const metric of quality.filter((name) => name !== 'roc_auc'))
      compare(
        qualityMeasure(overall(metric), { cells, ranking: null, scores: null, losses: null }),
        expectedOf(expected)[metric],
      );
  });

  it.each(synthetic)(
    'counts as many by scores as their mean tells, of $name',
    ({ rows, expected }) => {
      const { tp, fp, fn, tn } = expected.confusion;
      const profile = profileOf(repeated(rows, times), []);
      for (const [name, labelled] of [
        ['true_positive', tp + fn],
        ['false_negative', tp + fn],
        ['false_positive', fp + tn],
        ['true_negative', fp + tn],
      ] as const) {
        // The means are compared with AIF360's in fairness-oracles.spec.ts.
        const mean = measureProfile(profile, overall(`generalized_${name}_rate`)).value ?? 0;
        const { value, interval } = measureProfile(profile, overall(`generalized_${name}s`));
        expect(Math.abs((value as number) - times * labelled * mean)).toBeLessThan(1e-9);
        expect(interval?.lower).toBeLessThanOrEqual(value as number);
        expect(interval?.upper).toBeLessThanOrEqual(times * (tp + fp + fn + tn));
      }
    },
  );

  const compared = synthetic.filter(({ expected }) => expected.against_champion);
  it.each(compared)('agrees on the difference from the champion on $name', ({ rows, expected }) => {
    const profile = profileOf(repeated(rows, times), []);
    const against = expected.against_champion;
    compare(
      measureProfile(profile, overall('accuracy', 'difference')),
      against?.accuracy_difference,
    );
    compare(measureProfile(profile, overall('roc_auc', 'difference')), against?.roc_auc_difference);
    for (const metric of quality) {
      const value = (of: Measure['of']) => measureProfile(profile, overall(metric, of)).value;
      const [version, champion, difference] = [
        value('version'),
        value('champion'),
        value('difference'),
      ];
      // Without a figure of one of them there is none of both.
      if (version === null || champion === null) expect(difference).toBeNull();
      else expect(difference).toBeCloseTo(version - champion, 14);
    }
  });

  it('compares with an oracle for every metric', () => {
    const { expected } = synthetic[0] as { expected: Expected };
    expect(Object.keys(expectedOf(expected)).toSorted()).toEqual(quality.toSorted());
  });

  it('was compared with enough cases to mean something', () => {
    expect([synthetic.length, creditRisk.length, compared.length]).toEqual([16, 3, 7]);
  });

  it.each([
    ['accuracy', { tp: 10, fp: 3, fn: 3, tn: 3 }, 19, '19 rows; at least 20 are needed'],
    ['selection_rate', { tp: 1, fp: 0, fn: 0, tn: 0 }, 1, '1 row; at least 20 are needed'],
    [
      'true_positive_rate',
      { tp: 12, fp: 50, fn: 7, tn: 50 },
      19,
      '19 favorable rows; at least 20 are needed',
    ],
    [
      'false_positive_rate',
      { tp: 50, fp: 1, fn: 50, tn: 4 },
      5,
      '5 unfavorable rows; at least 20 are needed',
    ],
  ] as const)('calls %s insufficient below 20 rows of its denominator', (metric, c, n, reason) => {
    const measure = qualityMeasure(overall(metric), {
      cells: cellsOfConfusion(c),
      ranking: null,
      scores: null,
      losses: null,
    });
    expect(measure).toMatchObject({
      state: 'insufficient',
      value: null,
      interval: null,
      n,
      reason,
    });
    const enough = cellsOfConfusion(c).map((cell) => ({ ...cell, count: cell.count * 20 }));
    expect(
      qualityMeasure(overall(metric), { cells: enough, ranking: null, scores: null, losses: null })
        .state,
    ).toBe('ok');
  });

  it('calls an AUC insufficient below 10 rows of a class, and undefined without scores', () => {
    const rows = (positives: number, negatives: number) =>
      [...new Array(positives).fill(true), ...new Array(negatives).fill(false)].map((label, i) => ({
        label: label as boolean,
        prediction: true,
        score: i % 7,
        groups: {},
      }));
    const auc = (positives: number, negatives: number) =>
      measureProfile(profileOf(rows(positives, negatives), []), overall('roc_auc'));
    expect(auc(9, 100)).toMatchObject({
      state: 'insufficient',
      n: 109,
      reason: '9 favorable rows; at least 10 are needed',
    });
    expect(auc(10, 10).state).toBe('ok');
    expect(
      qualityMeasure(overall('roc_auc'), { cells: [], ranking: null, scores: null, losses: null }),
    ).toMatchObject({
      state: 'undefined',
      reason: expect.stringContaining('predictions only'),
    });
  });

  it('says that there are no scores of the champion, where there are none', () => {
    const rows = repeated([{ label: true, prediction: true, score: 1, groups: {} }], 20).concat(
      repeated([{ label: false, prediction: true, score: 0.5, groups: {} }], 20),
    );
    for (const whose of ['champion', 'difference'] as const)
      expect(measureProfile(profileOf(rows, []), overall('roc_auc', whose))).toMatchObject({
        state: 'undefined',
        reason: 'there are no scores of the champion',
      });
  });
});
