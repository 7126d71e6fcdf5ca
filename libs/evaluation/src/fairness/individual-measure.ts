import { metricDefinition, type Measure } from '@sluice/contracts';
import { meanInterval, wilson, type Estimate } from '@sluice/statistics';
import {
  lacking,
  levelOf,
  measured,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { BinaryProfile, Disagreement, NeighbourProfile } from '../profile.js';
import { allRows } from '../quality/rates.js';

type Looked = Pick<BinaryProfile, 'neighbours'>;

/** The rows that consistency lacks; none when there are rows enough. */
export const individualShortfalls = (
  { minimumRows: need = minimumRows }: Pick<MeasureRequest, 'minimumRows'>,
  { neighbours }: Looked,
): Shortfall[] =>
  neighbours !== undefined && neighbours.rows < need
    ? [{ group: null, have: neighbours.rows, need, rows: allRows }]
    : [];

/**
 * The consistency of predictions, or of labels, among similar rows: 1 − the mean disagreement of a row with its
 * neighbours. 1 means that all rows are decided as the rows like them. n is the rows whose neighbours were looked for.
 *
 * The variance of the mean comes from the influence of each row (see `neighbourConsistency`), which knows that rows share
 * neighbours. The interval is Wilson's of a share of as many independent rows as have that variance, so that it stays
 * within 0 and 1; and of a difference, m ± t s. Where no row disagrees with another, it is Wilson's of the rows. Its
 * method tells when not all rows of the table were looked at.
 */
export const individualMeasure = (
  request: MeasureRequest,
  { neighbours: found }: Looked,
): Measure => {
  if (found === undefined) return withoutValue(request, 'undefined', 0, notLookedFor);
  const lack = lacking(request, found.rows, individualShortfalls(request, { neighbours: found }));
  if (lack) return lack;
  const disagreement = disagreementOf(request, found);
  if (disagreement === null)
    return withoutValue(request, 'undefined', found.rows, 'there is no champion');
  const { interval, ...estimate } =
    request.of === 'difference'
      ? changeOf(disagreement, found.rows, levelOf(request))
      : shareOf(disagreement, found.rows, levelOf(request));
  const method = `neighbours-${interval.method}${found.sampled ? '-of-sample' : ''}`;
  return measured(request, { ...estimate, interval: { ...interval, method } });
};

const notLookedFor =
  'similar rows were not looked for: the profile was merged from parts, across which rows may be alike, or made where its rows are';

/** Labels are the same for every model. */
const disagreementOf = (
  { metric, of }: MeasureRequest,
  found: NeighbourProfile,
): Disagreement | null => {
  if (metricDefinition(metric).needs !== 'label') return found[of];
  return of === 'difference' ? { mean: 0, variance: 0 } : found.label;
};

const shareOf = ({ mean, variance }: Disagreement, rows: number, level: number): Estimate => {
  const trials = variance > 0 ? (mean * (1 - mean)) / variance : rows;
  const { interval } = wilson({ successes: trials * (1 - mean), trials }, { level });
  return { estimate: 1 - mean, interval, n: rows };
};

/** Of consistencies, which is that of the disagreements the other way round. */
const changeOf = ({ mean, variance }: Disagreement, rows: number, level: number): Estimate => {
  const change = 0 - mean;
  const meanSquare = change * change + variance * (rows - 1);
  const { interval, n } = meanInterval({ mean: change, meanSquare, n: rows }, { level });
  // That so many rows are decided alike by both doesn't show that all are.
  const least = variance > 0 ? 0 : wilson({ successes: 0, trials: rows }, { level }).interval.upper;
  return {
    estimate: change,
    interval: {
      ...interval,
      lower: Math.max(-1, Math.min(interval.lower, change - least)),
      upper: Math.min(1, Math.max(interval.upper, change + least)),
    },
    n,
  };
};
