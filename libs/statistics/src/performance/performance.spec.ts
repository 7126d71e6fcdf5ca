import { describe, expect, it } from '@jest/globals';
import { deviation, nannyMl } from '../../test/drift-oracles.js';
import { seededRandom } from '../random.js';
import { calibrationGain } from './calibration-gain.js';
import { chunkThresholds } from './chunk-thresholds.js';
import { expectedPerformance, type ScoredRows } from './expected-performance.js';
import { calibrated, isotonicCalibration, type LabelledScores } from './isotonic.js';
import { delong } from '../delong.js';
import {
  performanceDeviations,
  realisedPerformance,
  type JudgedScores,
} from './realised-performance.js';

const labelled = (scores: readonly number[], labels: readonly number[]): LabelledScores => {
  const distinct = [...new Set(scores)].toSorted((a, b) => a - b);
  const count = (label: number): Float64Array =>
    Float64Array.from(
      distinct,
      (score) => scores.filter((s, row) => s === score && labels[row] === label).length,
    );
  return { scores: Float64Array.from(distinct), positives: count(1), negatives: count(0) };
};

const judged = (
  { score, prediction, label }: { score: number[]; prediction: number[]; label: number[] },
  from = 0,
  to = score.length,
): JudgedScores => {
  const scores = score.slice(from, to);
  const distinct = [...new Set(scores)].toSorted((a, b) => a - b);
  const count = (l: number, p: number): Float64Array => {
    const counts = new Float64Array(distinct.length);
    scores.forEach((s, row) => {
      if (label[from + row] === l && prediction[from + row] === p)
        counts[distinct.indexOf(s)]! += 1;
    });
    return counts;
  };
  return {
    scores: Float64Array.from(distinct),
    truePositives: count(1, 1),
    falsePositives: count(0, 1),
    falseNegatives: count(1, 0),
    trueNegatives: count(0, 0),
  };
};

const scoredRows = (
  scores: readonly number[],
  predictions: readonly number[],
  probability: (score: number) => number,
): ScoredRows => {
  const { scores: distinct, positives, negatives } = labelled(scores, predictions);
  return {
    scores: distinct,
    probabilities: distinct.map(probability),
    predictedPositive: positives,
    predictedNegative: negatives,
  };
};

describe('isotonicCalibration', () => {
  it.each(nannyMl.isotonic)('agrees with scikit-learn: $name', (oracle) => {
    const calibration = isotonicCalibration(labelled(oracle.score, oracle.label))!;
    oracle.queries.forEach((query, index) =>
      expect(Math.abs(calibrated(calibration, query) - oracle.calibrated[index]!)).toBeLessThan(
        1e-12,
      ),
    );
  });

  it('never descends, keeps the number of positives, and takes counts as rows', () => {
    const { score, label } = nannyMl.isotonic.find(({ name }) => name === 'random')!;
    const rows = labelled(score, label);
    const calibration = isotonicCalibration(rows)!;
    expect(calibration.probabilities).toEqual(calibration.probabilities.toSorted());
    const expected = score.reduce((sum, s) => sum + calibrated(calibration, s), 0);
    expect(expected).toBeCloseTo(
      label.reduce((a, b) => a + b, 0),
      9,
    );
    const scaled = isotonicCalibration({
      ...rows,
      positives: rows.positives.map((c) => 3 * c),
      negatives: rows.negatives.map((c) => 3 * c),
    })!;
    expect(scaled).toEqual(calibration);
  });

  it('says nothing of no rows, and refuses scores out of order', () => {
    const none = Float64Array.of(0);
    const at = Float64Array.of(0.5);
    expect(isotonicCalibration({ scores: at, positives: none, negatives: none })).toBeNull();
    const two = Float64Array.of(1, 1);
    for (const scores of [Float64Array.of(0.5, 0.4), Float64Array.of(0.5, NaN)])
      expect(() => isotonicCalibration({ scores, positives: two, negatives: two })).toThrow(
        RangeError,
      );
    expect(calibrated(isotonicCalibration({ scores: at, positives: at, negatives: at })!, 3)).toBe(
      0.5,
    );
  });
});

const names = { accuracy: 'accuracy', precision: 'precision', recall: 'recall', f1: 'f1' } as const;

describe.each(Object.entries(nannyMl.cbpe))('CBPE, %s scores', (name, oracle) => {
  const reference = labelled(oracle.reference.score, oracle.reference.label);
  const calibration = isotonicCalibration(reference)!;
  const probability = (score: number): number =>
    oracle.calibrated ? calibrated(calibration, score) : score;
  const chunks = [0, 1, 2].map((chunk) => {
    const rows = [chunk * oracle.chunk_size, (chunk + 1) * oracle.chunk_size] as const;
    return expectedPerformance(
      scoredRows(
        oracle.analysis.score.slice(...rows),
        oracle.analysis.prediction.slice(...rows),
        probability,
      ),
    );
  });

  it('decides as NannyML whether to calibrate', () => {
    const gain = calibrationGain(reference, { random: seededRandom([1]) })!;
    expect({ name, improves: gain.improves }).toEqual({ name, improves: oracle.calibrated });
  });

  it.each([...Object.keys(names), 'specificity'])('agrees with NannyML on %s', (metric) => {
    const { estimated } = oracle.metrics[metric]!;
    chunks.forEach((chunk, index) =>
      expect(
        deviation(chunk[metric as keyof typeof names | 'specificity'], estimated[index]!),
      ).toBeLessThan(1e-9),
    );
  });

  it('agrees with NannyML on ROC AUC, but for its rounding to 5 decimals', () => {
    const { estimated } = oracle.metrics['roc_auc']!;
    chunks.forEach(({ rocAuc }, index) => {
      expect(deviation(rocAuc, oracle.unrounded_roc_auc[index]!)).toBeLessThan(1e-9);
      expect(deviation(rocAuc, estimated[index]!)).toBeLessThan(1e-5);
    });
  });

  const figureNames = {
    accuracy: 'accuracy',
    precision: 'precision',
    recall: 'recall',
    specificity: 'specificity',
    f1: 'f1',
    roc_auc: 'rocAuc',
  } as const;

  it.each(Object.entries(figureNames))(
    'agrees with NannyML on what was realised on the chunks of the reference: %s',
    (theirs, ours) => {
      const { reference_realised } = oracle.metrics[theirs]!;
      reference_realised.forEach((value, chunk) => {
        const from = chunk * oracle.chunk_size;
        const rows = judged(oracle.reference, from, from + oracle.chunk_size);
        expect(deviation(realisedPerformance(rows)[ours], value)).toBeLessThan(1e-9);
      });
    },
  );

  it('agrees with NannyML on the sampling error, but for F1 and ROC AUC, which it gets wrong', () => {
    const rows = judged(oracle.reference);
    const deviations = performanceDeviations(rows);
    const ours = (name: keyof typeof deviations): number =>
      deviations[name]! / Math.sqrt(oracle.chunk_size);
    const theirs = (name: string): number => oracle.metrics[name]!.sampling_error[0]!;
    for (const name of ['accuracy', 'precision', 'recall', 'specificity'] as const)
      expect(deviation(ours(name), theirs(name))).toBeLessThan(1e-9);
    // F1 = 2J / (1 + J), whose derivative is 2 / (1 + J)²; NannyML takes 2 / (1 + J).
    const { f1 } = realisedPerformance(rows);
    const jaccard = f1! / (2 - f1!);
    expect(deviation(ours('f1') * (1 + jaccard), theirs('f1'))).toBeLessThan(1e-9);
    // NannyML's ROC AUC has the components of the rarer class alone, and takes ties in the order of the rows.
    expect(ours('rocAuc')).toBeGreaterThan(theirs('roc_auc') * 1.1);
  });

  it('agrees with DeLong on the deviation of ROC AUC', () => {
    const { score, label } = oracle.reference;
    const of = (class_: number): Float64Array =>
      Float64Array.from(score.filter((_, row) => label[row] === class_));
    const { first, positives, negatives } = delong({ positives: of(1), negatives: of(0) });
    const variance = first.variance.positive! / positives + first.variance.negative! / negatives;
    const ours = performanceDeviations(judged(oracle.reference)).rocAuc!;
    expect(deviation(ours / Math.sqrt(score.length), Math.sqrt(variance))).toBeLessThan(1e-12);
  });

  it('agrees with NannyML on the thresholds of every metric', () => {
    for (const { reference_realised, lower_threshold, upper_threshold } of Object.values(
      oracle.metrics,
    )) {
      const ours = chunkThresholds(reference_realised, { range: [0, 1] })!;
      expect(deviation(ours.lower, lower_threshold)).toBeLessThan(1e-9);
      expect(deviation(ours.upper, upper_threshold)).toBeLessThan(1e-9);
      expect(ours).toMatchObject({ chunks: reference_realised.length });
    }
  });
});

describe('expectedPerformance', () => {
  it('estimates what labels drawn from the probabilities give', () => {
    const random = seededRandom([9]);
    const scores = Array.from({ length: 4000 }, () => Math.round(random() * 200) / 200);
    const labels = scores.map((score) => (random() < score ? 1 : 0));
    const { accuracy, rocAuc, n } = expectedPerformance(
      scoredRows(
        scores,
        scores.map((s) => (s > 0.6 ? 1 : 0)),
        (score) => score,
      ),
    );
    const right = scores.filter((s, row) => (s > 0.6 ? 1 : 0) === labels[row]).length;
    expect(n).toBeCloseTo(4000, 9);
    expect(Math.abs(accuracy! - right / 4000)).toBeLessThan(0.025);
    expect(rocAuc).toBeGreaterThan(0.8);
  });

  it('is undefined where it is 0/0', () => {
    const rows = (probability: number): ScoredRows => ({
      scores: Float64Array.of(0.2),
      probabilities: Float64Array.of(probability),
      predictedPositive: Float64Array.of(0),
      predictedNegative: Float64Array.of(5),
    });
    expect(expectedPerformance(rows(0))).toMatchObject({
      accuracy: 1,
      precision: null,
      recall: null,
      f1: null,
      rocAuc: null,
      specificity: 1,
    });
    expect(() => expectedPerformance(rows(1.5))).toThrow(RangeError);
    expect(() => expectedPerformance({ ...rows(1), probabilities: new Float64Array(2) })).toThrow(
      RangeError,
    );
  });
});

describe('realisedPerformance', () => {
  const one = Float64Array.of(0.5);
  const none = Float64Array.of(0);
  const rows: JudgedScores = {
    scores: one,
    truePositives: none,
    falsePositives: none,
    falseNegatives: none,
    trueNegatives: Float64Array.of(4),
  };

  it('is undefined where it is 0/0', () => {
    const undefinedOnes = { precision: null, recall: null, f1: null, rocAuc: null };
    expect(realisedPerformance(rows)).toMatchObject({ accuracy: 1, ...undefinedOnes, n: 4 });
    expect(performanceDeviations(rows)).toMatchObject({ accuracy: 0, ...undefinedOnes });
  });

  it('refuses counts that are none and scores out of order', () => {
    expect(() => realisedPerformance({ ...rows, falseNegatives: new Float64Array(2) })).toThrow(
      RangeError,
    );
    expect(() => realisedPerformance({ ...rows, scores: Float64Array.of(NaN) })).toThrow(
      /Scores are ascending/,
    );
    expect(() => performanceDeviations({ ...rows, trueNegatives: Float64Array.of(-1) })).toThrow(
      /must be finite/,
    );
  });
});

describe('calibrationGain', () => {
  it('needs both classes', () => {
    const none = Float64Array.of(0, 0);
    const some = Float64Array.of(3, 4);
    const scores = Float64Array.of(0.1, 0.9);
    const options = { random: seededRandom([1]) };
    expect(calibrationGain({ scores, positives: none, negatives: some }, options)).toBeNull();
    expect(calibrationGain({ scores, positives: some, negatives: none }, options)).toBeNull();
  });
});

describe('chunkThresholds', () => {
  it('leaves undefined chunks out, and is undefined without any', () => {
    expect(chunkThresholds([1, null, 3])).toMatchObject({ mean: 2, deviation: 1, chunks: 2 });
    expect(chunkThresholds([1, 3], { range: [0, null] })).toMatchObject({ lower: 0, upper: 5 });
    expect(chunkThresholds([null])).toBeNull();
    expect(() => chunkThresholds([NaN])).toThrow(RangeError);
    expect(() => chunkThresholds([1], { multiplier: -1 })).toThrow(RangeError);
  });
});
