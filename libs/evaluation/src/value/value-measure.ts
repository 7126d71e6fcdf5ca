import { SluiceError, type Measure, type MetricName, type ValuePolicy } from '@sluice/contracts';
import { meanInterval, type Estimate } from '@sluice/statistics';
import {
  lacking,
  levelOf,
  measured,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { BinarySlice, Cell } from '../profile.js';
import { resampled, resampledDifference, type Confusion } from '../quality/confusion.js';
import { allRows, predictionOf, type Predictor } from '../quality/rates.js';
import { effectiveRows, tallyOf } from '../quality/tally.js';
import { amountOf, breakEven, worthOf } from './worths.js';

/** The metrics of value that are of predictions. */
type PredictedValue =
  'expected_value' | 'total_value' | 'value_over_baseline' | 'return_on_investment';

/** What is missing for a metric of value; none when it can be taken. */
export const valueShortfalls = (
  { metric, minimumRows: need = minimumRows }: Pick<MeasureRequest, 'metric' | 'minimumRows'>,
  { cells }: Pick<BinarySlice, 'cells'>,
  group: string | null,
): Shortfall[] => {
  const have = tallyOf(cells).rows;
  const enough = metric === 'break_even_threshold' ? 0 : need;
  return have < enough ? [{ group, have, need, rows: allRows }] : [];
};

/**
 * A metric of value on a slice, as the request asks: of the version, of the champion, or version − champion, which is the
 * mean of what each row is worth more. n is all rows.
 *
 * Means have the interval of a mean, a total that of the mean times the rows that it is of, which are taken as given, from the counts of cells or the moments of their amounts. Where rows don't differ
 * in worth at all, counts are resampled with two more rows, which may: that so many are alike doesn't show that all are.
 * (With amounts, whose other values nobody knows, the interval is then a point.)
 *
 * @param tableRows rows of the whole table, over which `value.cost` is spread
 * @throws SluiceError `invalid_request` when the policy doesn't say what outcomes are worth
 */
export const valueMeasure = (
  request: MeasureRequest,
  { cells }: Pick<BinarySlice, 'cells'>,
  tableRows: number,
): Measure => {
  const { metric, worths } = request;
  if (worths === undefined)
    throw new SluiceError('invalid_request', `The policy has no \`value\` to take ${metric} from.`);
  const n = tallyOf(cells).rows;
  if (metric === 'break_even_threshold') return breakEvenMeasure(request, worths, n);
  const lack = lacking(request, n, valueShortfalls(request, { cells }, null));
  if (lack) return lack;
  if (cells.some((cell) => amountOf(cell, worths) === null))
    return withoutValue(request, 'undefined', n, 'the profile holds no amounts');
  const estimate = estimateOf(metric as PredictedValue, request, worths, cells, tableRows);
  return measured(request, { ...estimate, n });
};

/** It follows from the policy, without any doubt, and is the same for every model. */
const breakEvenMeasure = (request: MeasureRequest, worths: ValuePolicy, n: number): Measure => {
  const threshold = breakEven(worths);
  if (typeof threshold === 'string') return withoutValue(request, 'undefined', n, threshold);
  const value = request.of === 'difference' ? 0 : threshold;
  const interval = { lower: value, upper: value, level: levelOf(request), method: 'exact' };
  return measured(request, { estimate: value, interval, n });
};

const estimateOf = (
  metric: PredictedValue,
  request: MeasureRequest,
  worths: ValuePolicy,
  cells: readonly Cell[],
  tableRows: number,
): Estimate => {
  const level = levelOf(request);
  const { of } = request;
  const perCost = metric === 'return_on_investment' ? tableRows / costOf(worths, metric) : 1;
  const factor = metric === 'total_value' ? tallyOf(cells).weight : perCost;
  // Both are compared with the same baseline, which their difference is then free of.
  if (of === 'difference')
    return scaled(meanWorth(cells, worths, ['version', 'champion'], level), factor, 0);
  if (metric === 'expected_value' || metric === 'total_value')
    return scaled(meanWorth(cells, worths, [of, null], level), factor, 0);
  return scaled(
    overBaseline(cells, worths, of, level),
    perCost,
    metric === 'return_on_investment' ? -1 : 0,
  );
};

const costOf = ({ cost }: ValuePolicy, metric: MetricName): number => {
  if (cost === undefined)
    throw new SluiceError(
      'invalid_request',
      `The policy has no value.cost to take ${metric} from.`,
    );
  return cost;
};

/** Who predicts, or that all rows are predicted favorable (true), unfavorable (false), or are worth nothing (null). */
type Course = Predictor | boolean | null;

/** The mean over rows of what they are worth under one course more than under another. */
const meanWorth = (
  cells: readonly Cell[],
  worths: ValuePolicy,
  [one, other]: readonly [Course, Course],
  level: number,
): Estimate => {
  const under = (course: Course, cell: Cell): number => {
    if (course === null) return 0;
    const predicted = typeof course === 'boolean' ? course : predictionOf(cell, course);
    return worthOf(worths, cell.label, predicted);
  };
  let [sum, squares] = [0, 0];
  for (const cell of cells) {
    const more = under(one, cell) - under(other, cell);
    const amount = amountOf(cell, worths) ?? { sum: NaN, squares: NaN };
    sum += more * amount.sum;
    squares += more * more * amount.squares;
  }
  const tally = tallyOf(cells);
  const estimate = meanInterval(
    { mean: sum / tally.weight, meanSquare: squares / tally.weight, n: effectiveRows(tally) },
    { level },
  );
  const { lower, upper } = estimate.interval;
  return lower < upper || worths.amount !== undefined
    ? estimate
    : resampledWorth(cells, worths, [one, other], estimate.estimate, level);
};

/** The interval of the mean where no row differs from another. */
const resampledWorth = (
  cells: readonly Cell[],
  worths: ValuePolicy,
  [one, other]: readonly [Course, Course],
  estimate: number,
  level: number,
): Estimate => {
  const confusionWorth =
    (course: boolean | null) =>
    ({ tp, fp, fn, tn }: Confusion): number => {
      const outcome = (label: boolean, predicted: boolean): number =>
        worthOf(worths, label, predicted) - (course === null ? 0 : worthOf(worths, label, course));
      return (
        (tp * outcome(true, true) +
          fp * outcome(false, true) +
          fn * outcome(true, false) +
          tn * outcome(false, false)) /
        (tp + fp + fn + tn)
      );
    };
  const options = { level, range: [-Infinity, Infinity] } as const;
  const found =
    typeof other === 'string'
      ? resampledDifference(cells, confusionWorth(null), options)
      : resampled(cells, one as Predictor, confusionWorth(other), options);
  return { ...found, estimate };
};

/**
 * What predictions are worth beyond predicting all rows alike, the better way round: the smaller of the two means.
 * The lower limit is the smaller one's too; the upper one, which is wrong as soon as either's is, takes both at half the
 * doubt.
 */
const overBaseline = (
  cells: readonly Cell[],
  worths: ValuePolicy,
  predictor: Predictor,
  level: number,
): Estimate => {
  const over = (at: number): Estimate[] =>
    [true, false].map((all) => meanWorth(cells, worths, [predictor, all], at));
  const [plain, strict] = [over(level), over(1 - (1 - level) / 2)];
  const least = (values: readonly number[]): number => Math.min(...values);
  return {
    estimate: least(plain.map(({ estimate }) => estimate)),
    interval: {
      lower: least(plain.map(({ interval }) => interval.lower)),
      upper: least(strict.map(({ interval }) => interval.upper)),
      level,
      method: 'student-bonferroni',
    },
    n: plain[0]?.n ?? 0,
  };
};

const scaled = ({ estimate, interval, n }: Estimate, factor: number, shift: number): Estimate => ({
  estimate: estimate * factor + shift,
  interval: {
    ...interval,
    lower: interval.lower * factor + shift,
    upper: interval.upper * factor + shift,
  },
  n,
});
