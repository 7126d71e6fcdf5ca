import { defaultLevel, square, type Estimate, type IntervalOptions } from '../estimate.js';
import { total, type LabelledBins } from './binned-scores.js';
import { logitInterval } from './logit-interval.js';

/**
 * The interval of an average precision.
 *
 * Estimand: AP = Σ_t (TPR_t − TPR_{t−1}) PPV_t over the thresholds t from the highest score down; 1 ranks every
 * positive above every negative, and chance gives about the share of positives. The estimate is the exact one of the
 * rows, given beside the bins. Its standard error is the infinitesimal jackknife's over bins by label: with c_j the
 * rows of a cell,
 *
 *     SE² = Σ_j c_j (∂AP / ∂c_j)²
 *
 * which is what resampling rows (a multinomial over the cells) tends to, without draws. The limits are taken on the
 * logit scale. Where SE says nothing (AP is 1, as when the classes are apart) it is Wilson's among min(P, N) rows.
 *
 * Where scores come in rows, one positive and k negatives of each, which go together (the scores of all classes as one list),
 * what they have in common is bounded: with V₊ and V₋ the parts of the sum by label, SE ≤ √V₊ + √(k V₋), which is taken.
 *
 * Bins stand for their rows' ranks: 1,000 of them tell those apart well enough for a standard error.
 *
 * @param estimate the average precision of the rows
 * @param negativesOfRow k, where scores come in rows
 * @throws RangeError without positives or negatives
 *
 * Sources: L. A. Jaeckel, The infinitesimal jackknife, Bell Laboratories memorandum (1972); K. Boyd, K. Eng and
 * C. D. Page, Area under the precision-recall curve: point estimates and confidence intervals, ECML PKDD (2013), for
 * the logit.
 */
export const averagePrecisionInterval = (
  estimate: number,
  bins: LabelledBins,
  options: IntervalOptions = {},
  negativesOfRow?: number,
): Estimate => {
  const positives = total(bins.positives);
  const negatives = total(bins.negatives);
  if (!(positives > 0 && negatives > 0))
    throw new RangeError('An average precision and its spread need rows of both classes.');
  return {
    estimate,
    interval: logitInterval(estimate, {
      standardError: standardErrorOf(bins, positives, negativesOfRow),
      trials: Math.min(positives, negatives),
      level: options.level ?? defaultLevel,
      method: 'jackknife',
    }),
    n: positives + negatives,
  };
};

const standardErrorOf = (
  { positives, negatives }: LabelledBins,
  total: number,
  negativesOfRow: number | undefined,
): number => {
  const bins = positives.length;
  const [found, taken] = [new Float64Array(bins), new Float64Array(bins)];
  let [above, below, area] = [0, 0, 0];
  for (let bin = bins - 1; bin >= 0; bin -= 1) {
    above += positives[bin] as number;
    below += negatives[bin] as number;
    found[bin] = above;
    taken[bin] = above + below;
    if (above + below > 0) area += ((positives[bin] as number) * above) / (above + below);
  }
  const average = area / total;
  // Over the bins at and below one: how precision there changes with one more row above.
  let [gained, lost, ofPositives, ofNegatives] = [0, 0, 0, 0];
  for (let bin = 0; bin < bins; bin += 1) {
    const own = positives[bin] as number;
    const [hits, rows] = [found[bin] as number, taken[bin] as number];
    if (rows === 0) continue;
    gained += (own * (rows - hits)) / square(rows);
    lost += (own * hits) / square(rows);
    const byPositive = (hits / rows - average + gained) / total;
    const byNegative = lost / total;
    ofPositives += own * square(byPositive);
    ofNegatives += (negatives[bin] as number) * square(byNegative);
  }
  return negativesOfRow === undefined
    ? Math.sqrt(ofPositives + ofNegatives)
    : Math.sqrt(ofPositives) + Math.sqrt(negativesOfRow * ofNegatives);
};
