import { SluiceError } from '@sluice/contracts';
import { minimumRows } from '../measure.js';
import { ratesOf, requireRows, type RateCounts } from './constraint.js';
import { groupRule } from './decision-rule.js';
import { fitted, type FittedRule, type ThresholdProblem } from './group-thresholds.js';
import { gain, gainsOf, type Gains } from './objective.js';
import { ratesAt, thresholdPoints, type ThresholdPoints } from './threshold-points.js';

/**
 * One threshold a group and no lot: the best of all whose groups differ by at most `tolerance` in what the constraint
 * makes equal. For a parity the search is exhaustive; for equalized odds each point of each group is tried with the
 * nearest points of the others, so that a better rule may exist, but none is called within tolerance that isn't.
 *
 * @param tolerance the largest difference between groups, from 0 to 1, on the rows given
 * @throws SluiceError `invalid_data` when a group has too few rows; `invalid_request` when only rules that call
 *   everyone or no one favorable are within tolerance
 */
export const singleThresholds = (
  problem: ThresholdProblem & { readonly tolerance: number },
): FittedRule => {
  const { constraint, objective, tolerance } = problem;
  const groups = problem.groups.map(thresholdPoints);
  requireRows(groups, constraint, problem.minimumRows ?? minimumRows);
  const gains = gainsOf(objective, groups);
  const rates = ratesOf(constraint);
  const [rate] = rates as [keyof RateCounts];
  const choice =
    rates.length === 1
      ? bestInWindow(groups, rate, gains, tolerance)
      : bestNearby(groups, gains, tolerance);
  if (choice === null) throw outOfReach(constraint, tolerance);
  const rules = groups.map(({ group, cuts }, index) =>
    groupRule(group, [{ cut: cuts[choice[index] as number] as number, chance: 1 }], 0),
  );
  if (rules.every(({ cuts }) => cuts.length === 0)) throw outOfReach(constraint, tolerance);
  return fitted(problem, rules);
};

const outOfReach = (constraint: string, tolerance: number): SluiceError =>
  new SluiceError(
    'invalid_request',
    `No threshold a group meets ${constraint} within ${tolerance} but those that call everyone or no one favorable; allow a larger tolerance, or decide by lot.`,
  );

const gainsAt = (points: ThresholdPoints, gains: Gains): Float64Array =>
  points.cuts.map((_, index) =>
    gain(gains, points.truePositives[index] as number, points.falsePositives[index] as number),
  );

/** Rounding of a rate must not put it out of a window that it is on the edge of. */
const slack = 1e-12;

/**
 * Slides a window as wide as the tolerance over the rate: within it each group takes its best point. The window only
 * needs to start at rates that some group has.
 */
const bestInWindow = (
  groups: readonly ThresholdPoints[],
  rate: keyof RateCounts,
  gains: Gains,
  tolerance: number,
): number[] | null => {
  const windows = groups.map(
    (points) => new WindowMaximum(ratesAt(points, rate), gainsAt(points, gains)),
  );
  const starts = [...new Set(windows.flatMap(({ x }) => [...x]))].toSorted((a, b) => a - b);
  let best: { choice: number[]; value: number } | null = null;
  for (const start of starts) {
    const choice = windows.map((window) => window.best(start - slack, start + tolerance + slack));
    if (choice.some((index) => index === null)) continue;
    const value = choice.reduce<number>(
      (sum, index, group) => sum + ((windows[group] as WindowMaximum).y[index as number] as number),
      0,
    );
    if (best === null || value > best.value) best = { choice: choice as number[], value };
  }
  return best?.choice ?? null;
};

/** The point of the largest y whose x lies in a window that only moves up. */
class WindowMaximum {
  /** Candidates from the best down, each better than all behind it. */
  private readonly queue: number[] = [];
  private head = 0;
  private next = 0;

  constructor(
    readonly x: Float64Array,
    readonly y: Float64Array,
  ) {}

  best(from: number, to: number): number | null {
    for (; this.next < this.x.length && (this.x[this.next] as number) <= to; this.next += 1) {
      while (this.queue.length > this.head && this.isWorse(this.queue.at(-1) as number))
        this.queue.pop();
      this.queue.push(this.next);
    }
    while (
      this.head < this.queue.length &&
      (this.x[this.queue[this.head] as number] as number) < from
    )
      this.head += 1;
    return this.queue[this.head] ?? null;
  }

  private isWorse(index: number): boolean {
    return (this.y[index] as number) < (this.y[this.next] as number);
  }
}

/** Tries each point of each group with the points of the others that are nearest by the larger of both differences. */
const bestNearby = (
  groups: readonly ThresholdPoints[],
  gains: Gains,
  tolerance: number,
): number[] | null => {
  const curves = groups.map((points) => ({
    tpr: ratesAt(points, 'truePositives'),
    fpr: ratesAt(points, 'falsePositives'),
    gains: gainsAt(points, gains),
  }));
  let best: { choice: number[]; value: number } | null = null;
  for (const anchor of curves)
    anchor.tpr.forEach((tpr, index) => {
      const fpr = anchor.fpr[index] as number;
      const choice = curves.map((curve) => (curve === anchor ? index : nearest(curve, tpr, fpr)));
      const spread = (rates: readonly Float64Array[]): number => {
        const values = rates.map((rate, group) => rate[choice[group] as number] as number);
        return Math.max(...values) - Math.min(...values);
      };
      if (spread(curves.map((curve) => curve.tpr)) > tolerance + slack) return;
      if (spread(curves.map((curve) => curve.fpr)) > tolerance + slack) return;
      const value = curves.reduce(
        (sum, curve, group) => sum + (curve.gains[choice[group] as number] as number),
        0,
      );
      if (best === null || value > best.value) best = { choice, value };
    });
  return (best as { choice: number[] } | null)?.choice ?? null;
};

/**
 * Both rates ascend along a curve, so max(|Δtpr|, |Δfpr|) falls while their sum is below the target's and rises after:
 * the nearest point is beside that place.
 */
const nearest = (
  { tpr, fpr }: { readonly tpr: Float64Array; readonly fpr: Float64Array },
  toTpr: number,
  toFpr: number,
): number => {
  let low = 0;
  let high = tpr.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tpr[middle] as number) + (fpr[middle] as number) < toTpr + toFpr) low = middle + 1;
    else high = middle;
  }
  const distance = (index: number): number =>
    Math.max(Math.abs((tpr[index] as number) - toTpr), Math.abs((fpr[index] as number) - toFpr));
  return low > 0 && distance(low - 1) < distance(low) ? low - 1 : low;
};
