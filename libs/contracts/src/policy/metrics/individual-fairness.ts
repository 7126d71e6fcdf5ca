import type { MetricDefinition } from './metric-definition.js';

const consistency = (of: string, y: string, needs: 'label' | 'prediction') =>
  ({
    title: `How far ${of} of similar rows agree, by the policy's \`consistency\`; 1 when those of all neighbours are the same`,
    formula: `1 − mean |${y} − mean of ${y} over the k nearest rows|, the row among them; rows tied for the last place share it`,
    direction: 'higher',
    kind: 'individual',
    lowest: 0,
    highest: 1,
    needs,
  }) as const;

/** Whether similar rows are decided alike, whatever their groups. */
export const individualFairnessMetrics = {
  consistency: consistency('predictions', 'ŷ', 'prediction'),
  label_consistency: consistency('labels', 'y', 'label'),
} as const satisfies Record<string, MetricDefinition>;
