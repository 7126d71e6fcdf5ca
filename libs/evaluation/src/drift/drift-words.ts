import { metricDefinition, type Check, type Measure, type PolicyCheck } from '@sluice/contracts';
import { allowedBy, decidingMargin, intervalTouches, isWithin } from '../checks/limits.js';
import { intervalShown, limitShown, metricWords, numberShown } from '../checks/words.js';
import { nameShown } from '../measure.js';

/** What a check of drift came to: the measure that decides, and of how many it is the worst. */
export interface DriftDecision {
  readonly measure: Measure;
  readonly outOf: number;
  readonly missed: number;
}

/** Why a check of drift came out as it did: one sentence, with the column and the figures. */
export const driftReason = (
  check: PolicyCheck,
  decision: DriftDecision,
  chunks?: Check['limit']['reference_chunks'],
): string => {
  const { measure } = decision;
  const { value, interval, n, state, reason } = measure;
  const subject = `The ${metricWords[check.metric]}${ofColumn(measure)}`;
  if (value === null)
    return `${subject} ${state === 'undefined' ? 'is undefined' : 'rests on too little to judge'}: ${reason}.`;
  const rows = check.metric === 'drifted_columns_share' ? `of ${n} columns` : `n = ${n}`;
  const figure = `${subject} is ${shownBeside(value, check)}${intervalShown(interval)} (${rows})`;
  return `${figure}${among(check, decision)}, ${verdictOn(check, measure, value, chunks !== undefined)}${setBy(chunks)}.`;
};

const setBy = (chunks: Check['limit']['reference_chunks']): string =>
  chunks === undefined
    ? ''
    : `; the limit is 3 standard deviations of ${numberShown(chunks.deviation ?? 0)} from ${numberShown(chunks.mean ?? 0)}, the mean of ${chunks.chunks} chunks of ${chunks.rows} reference rows`;

const ofColumn = ({ column }: Measure): string =>
  column === null ? '' : ` of ${nameShown(column)}`;

/** p-values are often so small that decimals would not show them. */
const shownBeside = (value: number, check: PolicyCheck): string => {
  if (value !== 0 && Math.abs(value) < 0.0005) return value.toExponential(2).replaceAll('-', '−');
  const { least, most } = allowedBy(check);
  return numberShown(value, [least, most].filter(Number.isFinite));
};

const among = ({ metric }: PolicyCheck, { outOf, missed }: DriftDecision): string => {
  if (outOf < 2) return '';
  const together = metric.endsWith('_p_value') ? ', after the correction of Holm' : '';
  const others = missed < 2 ? '' : `, ${missed} of which don't hold the limit`;
  return `, the worst of ${outOf} columns${others}${together}`;
};

const verdictOn = (
  check: PolicyCheck,
  measure: Measure,
  value: number,
  isSetByChunks: boolean,
): string => {
  const allowed = allowedBy(check);
  const above = value > allowed.most;
  const nearest = above || check.at_least === undefined ? allowed.most : allowed.least;
  // Thresholds have more digits than a person would write.
  const limit = isSetByChunks ? numberShown(nearest, [value]) : limitShown(nearest);
  const holds = decidingMargin(value, measure, check) >= 0;
  const { errorBound } = measure;
  if (isWithin(value, allowed) && !holds && check.holds === 'estimate' && errorBound !== undefined)
    return `which meets the limit of ${limit}, but it is taken over bins, and the exact value may be ${shownBeside(errorBound, check)} away, beyond that`;
  if (isWithin(value, allowed))
    return holds
      ? `which meets the limit of at ${check.at_most === undefined ? 'least' : 'most'} ${limit}`
      : `which meets the limit of ${limit}, but its whole interval has to`;
  const side = above ? 'above' : 'below';
  if (holds)
    return `${side} the limit of ${limit}, but its interval reaches back across it: that may be chance`;
  const back = check.holds !== 'unless_shown' && intervalTouches(measure, allowed);
  return `${side} the limit of ${limit}${back ? ', though its interval reaches back across it' : ''}`;
};

/** What to do about drift. */
export const driftAdvice = (check: PolicyCheck, { measure }: DriftDecision): string => {
  if (measure.value === null) return adviceWithoutValue(check, measure);
  const column = measure.column === null ? 'the columns' : nameShown(measure.column);
  switch (check.metric) {
    case 'null_rate_increase':
      return `See what fills ${column} and why it is empty more often than in the reference: a changed source or join does that more often than the world.`;
    case 'new_category_share':
      return `See which categories of ${column} the reference has not, and whether they are new, renamed or written otherwise; train on rows that have them.`;
    case 'label_drift':
      return 'Outcomes are distributed otherwise than in the reference: see whether the evaluation rows are drawn as they occur, and set the decision threshold anew.';
    case 'prediction_drift':
      return 'The model scores these rows otherwise than the reference: see which columns drift, and whether they explain it.';
    case 'drifted_columns_share':
      return 'See the drift distance of each column, and whether one change of the source explains them together.';
    case 'embedding_classifier_auc':
    case 'embedding_mmd_p_value':
    case 'embedding_euclidean_distance':
    case 'embedding_cosine_distance':
    case 'embedding_drifted_share':
      return `The embeddings ${column} lie elsewhere than those of the reference: see whether the same encoder made both, and whether what it was given has changed.`;
    case 'domain_classifier_auc':
    case 'reconstruction_error_ratio':
      return 'Rows can be told from those of the reference by several columns together: see the drift distance of each, and which go together otherwise than they did.';
    default:
      return metricDefinition(check.metric).direction === 'higher' &&
        check.metric.startsWith('estimated_')
        ? 'On such rows the model is expected to do worse than on the reference: train on rows like them, or look at where scores are near the threshold.'
        : `Compare ${column} with the reference: a changed unit, source or population looks like this. If the change is meant, train on newer rows and make them the reference.`;
  }
};

const adviceWithoutValue = ({ metric, column }: PolicyCheck, measure: Measure): string => {
  if (measure.state === 'insufficient' || measure.reason?.startsWith('no ') === true)
    return 'Compare more rows that have a value, of the reference and of the evaluation data.';
  return column === undefined
    ? `Leave columns out by drift.columns, or choose another metric: ${metricWords[metric]} is undefined on ${measure.column === null ? 'this data' : nameShown(measure.column)}.`
    : `Choose a metric that is defined on ${nameShown(column)}, such as drift_distance.`;
};
