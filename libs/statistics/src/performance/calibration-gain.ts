import { drawBinomial } from '../binomial.js';
import type { Random } from '../random.js';
import {
  calibrated,
  checkLabelledScores,
  isotonicCalibration,
  type LabelledScores,
} from './isotonic.js';

export interface CalibrationGainOptions {
  readonly random: Random;
  /** 10 unless told otherwise. */
  readonly splits?: number;
  /** 10 unless told otherwise; fewer when there are fewer than two rows for each. */
  readonly bins?: number;
}

export interface CalibrationGain {
  /** The expected calibration error of the raw scores, on held-out rows; 0 is calibrated, 1 as wrong as can be. */
  readonly before: number;
  /** The same of the calibrated ones. */
  readonly after: number;
  /** Whether calibration lowers the error on rows that it wasn't fitted on. */
  readonly improves: boolean;
}

/**
 * Whether isotonic calibration helps on rows that it has not seen: NannyML's decision to calibrate or not.
 *
 * `splits` times, each row goes to a held-out tenth by chance, the calibration is fitted on the rest, and the held-out
 * rows keep their raw and calibrated scores. Over the held-out rows of all splits, in bins of equally many rows by
 * score, the expected calibration error is Σ (share of the rows) · |mean score − share of positives|.
 *
 * NannyML draws its splits from numpy's generator; the decision is the same in kind, but a close one may differ. Where
 * a bin's edge cuts rows of equal score, these are spread over both bins in proportion, as their order says nothing.
 *
 * Counts may be weights, with a sum of effective rows; whole ones are drawn row by row.
 *
 * null when there are no rows of one class, as NannyML doesn't calibrate then, or no row was held out.
 *
 * Source: NannyML 0.13, `calibration.needs_calibration`.
 */
export const calibrationGain = (
  rows: LabelledScores,
  { random, splits = 10, bins = 10 }: CalibrationGainOptions,
): CalibrationGain | null => {
  checkLabelledScores(rows);
  const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
  if (sum(rows.positives) === 0 || sum(rows.negatives) === 0) return null;
  const before: HeldOut[] = [];
  const after: HeldOut[] = [];
  for (let split = 0; split < splits; split += 1) {
    const { fitted, held } = splitRows(rows, random);
    const calibration = isotonicCalibration(fitted);
    if (!calibration) continue;
    held.forEach((cell) => {
      before.push(cell);
      after.push({ ...cell, score: calibrated(calibration, cell.score) });
    });
  }
  if (before.length === 0) return null;
  const errors = {
    before: expectedCalibrationError(before, bins),
    after: expectedCalibrationError(after, bins),
  };
  return { ...errors, improves: errors.before > errors.after };
};

interface HeldOut {
  readonly score: number;
  readonly positives: number;
  readonly rows: number;
}

const heldOutShare = 0.1;

/** Of so many rows, how many go by chance. Weights have a rest below one row, which goes as a whole or stays. */
const drawHeldOut = (count: number, random: Random): number => {
  const rows = Math.floor(count);
  const rest = count - rows;
  const held = drawBinomial(rows, heldOutShare, random);
  return rest > 0 && random() < heldOutShare ? held + rest : held;
};

const splitRows = (
  { scores, positives, negatives }: LabelledScores,
  random: Random,
): { fitted: LabelledScores; held: HeldOut[] } => {
  const draw = (counts: Float64Array): Float64Array =>
    counts.map((count) => drawHeldOut(count, random));
  const heldPositives = draw(positives);
  const heldNegatives = draw(negatives);
  const less = (counts: Float64Array, held: Float64Array): Float64Array =>
    counts.map((count, index) => count - (held[index] as number));
  const held: HeldOut[] = [];
  scores.forEach((score, index) => {
    const positive = heldPositives[index] as number;
    const here = positive + (heldNegatives[index] as number);
    if (here > 0) held.push({ score, positives: positive, rows: here });
  });
  const fitted = {
    scores,
    positives: less(positives, heldPositives),
    negatives: less(negatives, heldNegatives),
  };
  return { fitted, held };
};

const expectedCalibrationError = (cells: readonly HeldOut[], bins: number): number => {
  const n = cells.reduce((total, { rows }) => total + rows, 0);
  const used = Math.max(1, Math.min(bins, Math.floor(n / 2)));
  const gaps = new Array<number>(used).fill(0);
  let below = 0;
  for (const { score, positives, rows } of mergedByScore(cells)) {
    const gap = score - positives / rows;
    let left = rows;
    while (left > 0) {
      const bin = Math.min(used - 1, Math.floor((below * used) / n));
      const room = bin === used - 1 ? left : ((bin + 1) * n) / used - below;
      const here = Math.min(left, Math.max(room, 1e-9));
      gaps[bin] = (gaps[bin] as number) + here * gap;
      below += here;
      left -= here;
    }
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / n;
};

const mergedByScore = (cells: readonly HeldOut[]): HeldOut[] => {
  const merged: HeldOut[] = [];
  for (const cell of cells.toSorted((a, b) => a.score - b.score)) {
    const last = merged.at(-1);
    if (last?.score !== cell.score) merged.push(cell);
    else
      merged[merged.length - 1] = {
        score: cell.score,
        positives: last.positives + cell.positives,
        rows: last.rows + cell.rows,
      };
  }
  return merged;
};
