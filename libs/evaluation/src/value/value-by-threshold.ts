import type { ValueCurve, ValuePolicy } from '@sluice/contracts';
import { drawMultinomial, meanInterval, seededRandom, type Estimate } from '@sluice/statistics';
import { scoreBins } from '../curves/score-histogram.js';
import type { BinarySlice, ScoreHistogram } from '../profile.js';
import { effectiveHistogram } from '../quality/score-estimates.js';
import type { Predictor } from '../quality/rates.js';
import { effectiveRows, effectiveScale, tallyOf } from '../quality/tally.js';
import { breakEven, worthOf } from './worths.js';

/** A threshold and the mean worth of a row when all rows that score at least as much are predicted favorable. */
export interface ThresholdValue {
  readonly threshold: number;
  readonly value: number;
}

/**
 * The mean worth of a row at every threshold that is the edge of a bin, 0, 0.001, …, 1; at the last, no row is predicted
 * favorable, not even of score 1. Exact, since bins are whole on one side of their edges. null without scores, or when
 * the profile lacks the amounts that the policy names.
 */
export const valueByThreshold = (
  slice: Pick<BinarySlice, 'cells' | 'scores'>,
  predictor: Predictor,
  worths: ValuePolicy,
): ThresholdValue[] | null => {
  const histogram = effectiveHistogram(slice, predictor);
  const worth = histogram && worthsOfBins(histogram, worths);
  if (!worth || histogram.bins.length === 0) return null;
  const n = rowsOf(histogram);
  const values = new Float64Array(scoreBins + 1);
  let current = worth.unfavorable.reduce((sum, each) => sum + each, 0);
  let last = scoreBins;
  values[scoreBins] = current / n;
  for (let index = histogram.bins.length - 1; index >= 0; index -= 1) {
    const bin = histogram.bins[index] as number;
    values.fill(current / n, bin + 1, last + 1);
    current += (worth.favorable[index] as number) - (worth.unfavorable[index] as number);
    last = bin;
  }
  values.fill(current / n, 0, last + 1);
  return Array.from(values, (value, edge) => ({ threshold: edge / scoreBins, value }));
};

/** The threshold of the highest value; of several in a row, the one in their middle, farthest from any score. */
export const bestThreshold = (values: readonly ThresholdValue[]): ThresholdValue => {
  const first = values.reduce(
    (best, { value }, index) => (value > (values[best] as ThresholdValue).value ? index : best),
    0,
  );
  const most = (values[first] as ThresholdValue).value;
  let end = first;
  while (values[end + 1]?.value === most) end += 1;
  // Selecting all rows, or none, is best called so.
  const place = first === 0 ? 0 : end === values.length - 1 ? end : Math.floor((first + end) / 2);
  return values[place] as ThresholdValue;
};

const shownEvery = 10;
const replicates = 300;
const mostResampledBins = 100;

/**
 * Value by threshold, with the best one of the data.
 *
 * The value at the best threshold is too high on average: it was chosen for it. With t̂ the best threshold, V̂ the values
 * of the data, V*, t* those of a table drawn from its counts and the optimism ω = mean(V*(t*) − V̂(t*)):
 *
 *     [V̂(t̂) − ω − z SE, V̂(t̂) + z SE]
 *
 * covers both what t̂ is worth on other rows and what the best threshold is. The interval of the threshold holds 95 % of
 * the t*: the threshold hardly matters within it. For these draws, neighbouring bins are taken together so that 100 are
 * left. With amounts, a row has its bin's mean amount, and squares of amounts are spread like amounts.
 *
 * Source: B. Efron, How biased is the apparent error rate of a prediction rule?, JASA 81 (1986), for the optimism.
 */
export const valueCurve = (
  slice: Pick<BinarySlice, 'cells' | 'scores'>,
  predictor: Predictor,
  worths: ValuePolicy,
): ValueCurve | null => {
  const values = valueByThreshold(slice, predictor, worths);
  const histogram = effectiveHistogram(slice, predictor);
  if (values === null || histogram === null) return null;
  const best = bestThreshold(values);
  const { optimism, thresholds } = resampledBest(slice, predictor, histogram, worths);
  const { interval } = meanAt(best, slice, histogram, worths);
  const even = breakEven(worths);
  return {
    points: values.filter(
      ({ threshold }, index) => index % shownEvery === 0 || threshold === best.threshold,
    ),
    best: {
      ...best,
      interval: { ...interval, lower: interval.lower - optimism, method: 'student-optimism' },
      thresholds: { ...thresholds, level: interval.level, method: 'multinomial-bootstrap' },
    },
    breakEven: typeof even === 'number' ? even : null,
  };
};

/** The worth of all rows of each bin when predicted favorable, and when not. */
interface BinWorths {
  readonly favorable: readonly number[];
  readonly unfavorable: readonly number[];
}

const worthsOfBins = (histogram: ScoreHistogram, worths: ValuePolicy): BinWorths | null => {
  const counted = worths.amount === undefined ? histogram : histogram.amounts;
  if (counted === undefined) return null;
  const under = (predicted: boolean): number[] =>
    histogram.bins.map(
      (_, index) =>
        (counted.positives[index] as number) * worthOf(worths, true, predicted) +
        (counted.negatives[index] as number) * worthOf(worths, false, predicted),
    );
  return { favorable: under(true), unfavorable: under(false) };
};

const rowsOf = ({ positives, negatives }: ScoreHistogram): number =>
  [...positives, ...negatives].reduce((sum, count) => sum + count, 0);

/** The mean worth at a threshold with the interval of a mean. */
const meanAt = (
  { threshold, value }: ThresholdValue,
  { cells }: Pick<BinarySlice, 'cells'>,
  histogram: ScoreHistogram,
  worths: ValuePolicy,
): Estimate => {
  const n = rowsOf(histogram);
  const scale = effectiveScale(tallyOf(cells));
  const counted = worths.amount === undefined ? histogram : (histogram.amounts ?? histogram);
  let meanSquare = 0;
  for (const label of [true, false]) {
    const amounts = label ? counted.positives : counted.negatives;
    const all = amounts.reduce((sum, amount) => sum + amount, 0);
    const selected = amounts.reduce(
      (sum, amount, index) =>
        (histogram.bins[index] as number) >= Math.round(threshold * scoreBins) ? sum + amount : sum,
      0,
    );
    const squares =
      worths.amount === undefined
        ? all
        : cells
            .filter((cell) => cell.label === label)
            .reduce((sum, { amount }) => sum + (amount?.squares ?? 0) * scale, 0);
    const share = all === 0 ? 0 : selected / all;
    const worth = (predicted: boolean): number => worthOf(worths, label, predicted) ** 2;
    meanSquare += (squares * (share * worth(true) + (1 - share) * worth(false))) / n;
  }
  return meanInterval({ mean: value, meanSquare, n: Math.max(2, effectiveRows(tallyOf(cells))) });
};

interface ResampledBest {
  readonly optimism: number;
  readonly thresholds: { readonly lower: number; readonly upper: number };
}

const resampledBest = (
  { scores }: Pick<BinarySlice, 'scores'>,
  predictor: Predictor,
  histogram: ScoreHistogram,
  worths: ValuePolicy,
): ResampledBest => {
  const bins = coarse(histogram, worths);
  const counts = [
    ...bins.map(({ positives }) => positives),
    ...bins.map(({ negatives }) => negatives),
  ];
  const n = rowsOf(histogram);
  const drawn = Math.max(1, Math.round(n));
  const raw = scores?.[predictor];
  // Of the counts as they are, so that a common factor of the weights changes nothing but rounding.
  const random = seededRandom([drawn, ...(raw?.bins ?? [])]);
  const valuesOf = (table: readonly number[], rows: number): number[] => {
    const values = new Array<number>(bins.length + 1);
    let sum = 0;
    bins.forEach((bin, index) => {
      sum += (table[index] as number) * bin.positive.unfavorable;
      sum += (table[index + bins.length] as number) * bin.negative.unfavorable;
    });
    values[bins.length] = sum / rows;
    for (let index = bins.length - 1; index >= 0; index -= 1) {
      const { positive, negative } = bins[index] as CoarseBin;
      sum += (table[index] as number) * (positive.favorable - positive.unfavorable);
      sum += (table[index + bins.length] as number) * (negative.favorable - negative.unfavorable);
      values[index] = sum / rows;
    }
    return values;
  };
  const own = valuesOf(counts, n);
  const chosen: number[] = [];
  let optimism = 0;
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    const values = valuesOf(drawMultinomial(drawn, counts, random), drawn);
    let best = 0;
    values.forEach((value, index) => {
      if (value > (values[best] as number)) best = index;
    });
    optimism += ((values[best] as number) - (own[best] as number)) / replicates;
    chosen.push(bins[best]?.from ?? 1);
  }
  chosen.sort((a, b) => a - b);
  const at = (share: number): number => chosen[Math.round((replicates - 1) * share)] as number;
  return { optimism: Math.max(0, optimism), thresholds: { lower: at(0.025), upper: at(0.975) } };
};

/** Several bins together, and the mean worth of a row of each label when predicted favorable, and when not. */
interface CoarseBin {
  readonly from: number;
  readonly positives: number;
  readonly negatives: number;
  readonly positive: { readonly favorable: number; readonly unfavorable: number };
  readonly negative: { readonly favorable: number; readonly unfavorable: number };
}

const coarse = (histogram: ScoreHistogram, worths: ValuePolicy): CoarseBin[] => {
  const atLeast = rowsOf(histogram) / mostResampledBins;
  const amounts = worths.amount === undefined ? histogram : (histogram.amounts ?? histogram);
  const coarser: CoarseBin[] = [];
  let [from, positives, negatives, positiveAmount, negativeAmount] = [-1, 0, 0, 0, 0];
  const close = (): void => {
    const worth = (label: boolean, rows: number, amount: number) => {
      const mean = rows === 0 ? 0 : amount / rows;
      return {
        favorable: mean * worthOf(worths, label, true),
        unfavorable: mean * worthOf(worths, label, false),
      };
    };
    coarser.push({
      from: from / scoreBins,
      positives,
      negatives,
      positive: worth(true, positives, positiveAmount),
      negative: worth(false, negatives, negativeAmount),
    });
    [from, positives, negatives, positiveAmount, negativeAmount] = [-1, 0, 0, 0, 0];
  };
  histogram.bins.forEach((bin, index) => {
    if (from === -1) from = bin;
    positives += histogram.positives[index] as number;
    negatives += histogram.negatives[index] as number;
    positiveAmount += amounts.positives[index] as number;
    negativeAmount += amounts.negatives[index] as number;
    if (positives + negatives >= atLeast) close();
  });
  if (from !== -1) close();
  return coarser;
};
