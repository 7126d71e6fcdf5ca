import { metricDefinition, type Measure, type Policy } from '@sluice/contracts';
import { measureProfile, type BinaryProfile, type MeasureRequest } from '@sluice/evaluation';

/** One figure of the judged rows, before and after. */
export interface BeforeAfter {
  readonly before: Measure;
  readonly after: Measure;
}

const quality = ['accuracy', 'balanced_accuracy', 'roc_auc', 'selection_rate'] as const;
const fairness = [
  'demographic_parity_difference',
  'demographic_parity_ratio',
  'equal_opportunity_difference',
  'equalized_odds_difference',
] as const;

/** What a change of scores, and not of labels alone, does: whether they stay calibrated, and err alike in all groups. */
const ofScores = {
  quality: ['brier_score', 'expected_calibration_error'],
  fairness: ['generalized_equalized_odds_difference'],
} as const;

/**
 * The gate's figures before and after: quality, fairness by the columns of the fit, and what the policy checks. They are
 * measured as a verdict's are, from profiles, with the same intervals and the same reasons where there is no value.
 */
export const beforeAfter = (
  policy: Policy,
  by: readonly string[],
  before: BinaryProfile,
  after: BinaryProfile,
  { changesScores = false }: { readonly changesScores?: boolean } = {},
): BeforeAfter[] => {
  const ofAll = [...quality, ...(changesScores ? ofScores.quality : [])];
  const ofGroups = [...fairness, ...(changesScores ? ofScores.fairness : [])];
  const asked = [
    ...ofAll.map((metric) => ({ metric, by: null, group: null })),
    ...by.flatMap((column) => ofGroups.map((metric) => ({ metric, by: column, group: null }))),
    ...policy.checks
      .filter(
        ({ metric, by: column, group, within }) =>
          group === undefined && within === undefined && isWhole(metric, column),
      )
      .map(({ metric, by: column }) => ({
        metric,
        by: typeof column === 'string' ? column : null,
        group: null,
      })),
  ];
  const distinct = new Map(asked.map((each) => [JSON.stringify([each.metric, each.by]), each]));
  return [...distinct.values()]
    .filter(
      ({ metric }) => metricDefinition(metric).needs !== 'score' || before.overall.ranking !== null,
    )
    .map((each) => {
      const request: MeasureRequest = { ...each, of: 'version' };
      return { before: measureProfile(before, request), after: measureProfile(after, request) };
    });
};

/** Whether a check is about one figure of all rows or of one column's groups. */
const isWhole = (metric: Measure['metric'], by: string | readonly string[] | undefined): boolean =>
  by === undefined || (typeof by === 'string' && metricDefinition(metric).kind === 'fairness');
