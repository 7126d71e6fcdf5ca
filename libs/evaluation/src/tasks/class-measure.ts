import { metricDefinition, type Measure } from '@sluice/contracts';
import { lacking, withoutValue, type MeasureRequest, type Shortfall } from '../measure.js';
import { qualityMeasure, qualityShortfalls } from '../quality/quality-measure.js';
import { classShown, wordsOfClass } from './class-words.js';
import type { MulticlassSlice } from './multiclass-slice.js';
import { oneAgainstAll } from './one-against-all.js';

/**
 * A metric of one class against all others: that of two classes, of which the one is the favorable label. Values, intervals
 * and differences from the champion are those of `qualityMeasure`.
 */
export const classMeasure = (request: MeasureRequest, slice: MulticlassSlice): Measure => {
  const why = withoutClass(request, slice);
  if (why !== null) return withoutValue(request, 'undefined', 0, why);
  const measure = qualityMeasure(request, oneAgainstAll(slice, request.class as string));
  if (measure.state === 'ok') return measure;
  return lacking(request, measure.n, classShortfalls(request, slice, null)) ?? measure;
};

/** What a metric of one class lacks on a slice; none when it can be taken. */
export const classShortfalls = (
  request: MeasureRequest,
  slice: MulticlassSlice,
  group: string | null,
): Shortfall[] =>
  withoutClass(request, slice) === null
    ? qualityShortfalls(request, oneAgainstAll(slice, request.class as string), group).map(
        (shortfall) => ({ ...shortfall, rows: wordsOfClass(shortfall.rows) }),
      )
    : [];

/** Why there is no such figure, whatever the rows. */
const withoutClass = (
  { class: name = '', of, metric }: MeasureRequest,
  { classes, cells, scores, rankings, classLosses }: MulticlassSlice,
): string | null => {
  const at = classes.indexOf(name);
  if (at === -1) return `no label and no prediction is of the class ${classShown(name)}`;
  if (of !== 'version' && cells.some(({ champion }) => champion === null))
    return 'there are no predictions of the champion';
  const isLoss = metric === 'log_loss' || metric === 'brier_score';
  if (isLoss && scores !== null && classLosses === undefined)
    return 'the profile is an old one, and holds no losses of classes';
  const ofScores = metricDefinition(metric).needs === 'score';
  return ofScores && scores !== null && scores[at] == null && rankings?.[at] == null
    ? `a part of the merged profile has no scores for the class ${classShown(name)}`
    : null;
};
