import { realisedPerformance, type JudgedScores } from '@sluice/statistics';
import type { PerformanceDrift } from '../src/drift/drift-profile.js';

/** A row that a model scored; 1 is the favorable label. */
export interface Judged {
  readonly score: number;
  readonly prediction: boolean;
  readonly label: boolean;
  /** 1 unless told otherwise. */
  readonly weight?: number;
}

const judgedScores = (rows: readonly Judged[]): JudgedScores => {
  const scores = Float64Array.from(new Set(rows.map(({ score }) => score))).sort();
  const places = new Map(Array.from(scores, (score, place) => [score, place]));
  const counts = Array.from({ length: 4 }, () => new Float64Array(scores.length));
  for (const { score, label, prediction, weight = 1 } of rows)
    counts[2 * Number(label) + Number(prediction)]![places.get(score)!]! += weight;
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = counts;
  return {
    scores,
    truePositives: truePositives!,
    falsePositives: falsePositives!,
    falseNegatives: falseNegatives!,
    trueNegatives: trueNegatives!,
  };
};

/** What the engine makes of scored rows. */
export const performanceOf = (
  reference: readonly Judged[],
  current: readonly Judged[],
  rows = Math.max(20, Math.min(current.length, Math.floor(reference.length / 10))),
): PerformanceDrift => {
  const { scores, ...counts } = judgedScores(current);
  return {
    reference: judgedScores(reference),
    current: {
      scores,
      predictedPositive: counts.truePositives.map(
        (count, at) => count + counts.falsePositives[at]!,
      ),
      predictedNegative: counts.falseNegatives.map(
        (count, at) => count + counts.trueNegatives[at]!,
      ),
    },
    chunks: {
      rows,
      realised: Array.from({ length: Math.floor(reference.length / rows) }, (_, chunk) =>
        realisedPerformance(judgedScores(reference.slice(chunk * rows, (chunk + 1) * rows))),
      ),
    },
  };
};
