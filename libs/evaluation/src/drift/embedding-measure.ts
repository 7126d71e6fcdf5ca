import { metricDefinition, type DriftMetricName, type Measure } from '@sluice/contracts';
import { embeddingDistance } from '@sluice/statistics';
import { levelOf, measured, measuredBy, withoutValue } from '../measure.js';
import { tooFewRows, type DriftRequest } from './column-measure.js';
import type { EmbeddingDrift, EmbeddingJoint } from './drift-profile.js';
import { normalShare } from './table-measure.js';

export type EmbeddingMetricName = Extract<DriftMetricName, `embedding_${string}`>;

export const isEmbeddingMetric = (metric: DriftMetricName): metric is EmbeddingMetricName =>
  metricDefinition(metric).drift === 'embedding';

/** From this distance on a component drifts, as with Evidently's `ratio`. */
const componentDrifts = 0.1;

/** A metric of one embedding; n is the rows of both tables that it is taken over. */
export const embeddingMeasure = (
  request: DriftRequest & { readonly metric: EmbeddingMetricName },
  embedding: EmbeddingDrift,
): Measure => {
  const asked = { ...request, column: embedding.name };
  const few = tooFewRows(asked, { rows: embedding.rows }, ' with the whole embedding');
  if (few) return few;
  switch (request.metric) {
    case 'embedding_euclidean_distance':
      return meanDistance(asked, embedding, 'euclidean');
    case 'embedding_cosine_distance':
      return meanDistance(asked, embedding, 'cosine');
    case 'embedding_classifier_auc':
    case 'embedding_mmd_p_value':
    case 'embedding_drifted_share':
      return jointMeasure(asked, embedding.joint);
  }
};

const meanDistance = (
  request: DriftRequest,
  { rows, means }: EmbeddingDrift,
  metric: 'euclidean' | 'cosine',
): Measure => {
  const { distance, method } = embeddingDistance(
    { n: rows.reference, means: means.reference },
    { n: rows.current, means: means.current },
    metric,
  );
  const n = rows.reference + rows.current;
  return distance === null
    ? withoutValue(request, 'undefined', n, 'a mean embedding has the length 0, and no direction')
    : measuredBy(request, { value: distance, n, method });
};

const jointMeasure = (
  request: DriftRequest & { readonly metric: EmbeddingMetricName },
  joint: EmbeddingJoint | null,
): Measure => {
  if (joint === null)
    return withoutValue(
      request,
      'undefined',
      0,
      'it rests on rows, and the profile was merged from parts',
    );
  const n = joint.rows.reference + joint.rows.current;
  if (joint.undefinedBecause !== null)
    return withoutValue(request, 'undefined', n, joint.undefinedBecause);
  if (request.metric === 'embedding_drifted_share') {
    const { componentDistances } = joint;
    const drifted = componentDistances.filter((distance) => distance >= componentDrifts);
    const value = drifted.length / componentDistances.length;
    return measuredBy(request, { value, n, method: 'components-by-wasserstein' });
  }
  if (request.metric === 'embedding_mmd_p_value')
    return joint.discrepancy === null
      ? withoutValue(request, 'undefined', n, 'the embeddings do not vary')
      : measuredBy(request, {
          value: joint.discrepancy.pValue,
          n,
          method: joint.discrepancy.method,
        });
  return joint.classifier === null
    ? withoutValue(request, 'undefined', n, 'the embeddings do not vary')
    : measured(request, normalShare(joint.classifier, levelOf(request)));
};
