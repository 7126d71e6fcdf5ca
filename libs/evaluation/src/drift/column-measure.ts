import { metricDefinition, type DriftMetricName, type Measure } from '@sluice/contracts';
import { newcombe, totalVariationInterval, wilson, type Estimate } from '@sluice/statistics';
import {
  lacking,
  levelOf,
  measured,
  measuredBy,
  minimumRows,
  withoutValue,
  type MeasureRequest,
} from '../measure.js';
import { boundOf, columnDistance } from './column-distance.js';
import { wholeRows } from './effective-rows.js';
import { columnFinding, isOfTwoCategories } from './column-tests.js';
import {
  rowsWithValue,
  type CategoricalDrift,
  type ColumnDrift,
  type DriftProfile,
} from './drift-profile.js';

/** A request of a drift metric, of a column or of the whole table. */
export type DriftRequest = MeasureRequest & { readonly metric: DriftMetricName };

/** Why a metric isn't defined on a column; null when it is. */
export const unsuitedBecause = (metric: DriftMetricName, column: ColumnDrift): string | null => {
  const { drift } = metricDefinition(metric);
  if (drift === 'numeric' && column.kind !== 'numeric')
    return 'it is a figure of numbers, and the column holds categories';
  if (drift === 'categorical' && column.kind !== 'categorical')
    return 'it is a figure of categories, and the column holds numbers; list it in drift.categorical if they are codes';
  if (isOfTwoCategories(metric) && column.kind === 'categorical') {
    const categories = column.samples.reference.length;
    if (categories > 2) return `it compares two categories, and the column has ${categories}`;
  }
  return null;
};

/**
 * A drift metric of one column. Metrics that count missing values rest on all rows, the others on those with a value;
 * n is the rows of both tables.
 */
export const columnMeasure = (
  request: DriftRequest,
  drift: DriftProfile,
  column: ColumnDrift,
): Measure => {
  const { metric } = request;
  const rows = countsMissing(metric) ? drift.rows : rowsWithValue(column);
  const n = wholeRows(rows.reference + rows.current);
  const unsuited = unsuitedBecause(metric, column);
  if (unsuited !== null) return withoutValue(request, 'undefined', n, unsuited);
  const few = tooFewRows(request, drift, countsMissing(metric) ? '' : ' with a value', rows);
  if (few) return few;
  const estimate = estimateOf(request, drift, column);
  if (estimate !== null) return measured(request, { ...estimate, n }, boundOf(estimate));
  const { value, method, undefinedBecause, within } = columnFinding(metric, column);
  return value === null
    ? withoutValue(request, 'undefined', n, inSentence(undefinedBecause ?? 'its formula is 0/0'))
    : measuredBy(request, { value, n, method }, boundOf({ within }));
};

const countsMissing = (metric: DriftMetricName): boolean =>
  metric === 'drift_distance' || metric === 'null_rate_increase';

/**
 * What rests on fewer than 20 rows of either table says nothing, or on fewer than the check asks for. Rows with weights are
 * as many as they are worth.
 */
export const tooFewRows = (
  request: DriftRequest,
  { weights, rows: all }: Pick<DriftProfile, 'rows' | 'weights'>,
  which = '',
  rows = all,
): Measure | null => {
  const need = request.minimumRows ?? minimumRows;
  const worth = weights === undefined ? '' : ', by the effective number of weighted rows';
  const shortfalls = (['reference', 'current'] as const)
    .map((side) => ({
      group: null,
      have: wholeRows(rows[side]),
      need,
      rows: [`${side} row${which}${worth}`, `${side} rows${which}${worth}`] as const,
    }))
    .filter(({ have }) => have < need);
  return lacking(request, wholeRows(rows.reference + rows.current), shortfalls);
};

/** The metrics that have an interval; null for the others. */
const estimateOf = (
  request: DriftRequest,
  { rows }: DriftProfile,
  column: ColumnDrift,
): (Estimate & { readonly within?: number }) | null => {
  const level = levelOf(request);
  switch (request.metric) {
    case 'drift_distance':
      return columnDistance(column, level);
    case 'null_rate_increase':
      return newcombe(
        { successes: Math.min(column.missing.current, rows.current), trials: rows.current },
        {
          successes: Math.min(column.missing.reference, rows.reference),
          trials: rows.reference,
        },
        { level },
      );
    case 'total_variation_distance':
      return totalVariationInterval((column as CategoricalDrift).samples, { level });
    case 'new_category_share': {
      const { current } = rowsWithValue(column);
      const successes = rowsOfNewCategories(column as CategoricalDrift);
      // Sums of weights are rounded.
      return wilson({ successes: Math.min(successes, current), trials: current }, { level });
    }
    default:
      return null;
  }
};

const rowsOfNewCategories = ({ samples }: CategoricalDrift): number =>
  samples.current.reduce(
    (sum, count, index) => (samples.reference[index] === 0 ? sum + count : sum),
    0,
  );

/** The kernels' reasons are sentences; here they stand inside one. */
const inSentence = (reason: string): string =>
  reason.charAt(0).toLowerCase() + reason.slice(1).replace(/\.$/, '');
