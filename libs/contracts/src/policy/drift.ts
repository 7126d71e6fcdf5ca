import { z } from 'zod';

const columns = z.array(z.string().min(1).max(200)).min(1).max(2000);

/** What drift metrics look at, and when a column counts as drifted. */
export const driftSchema = z
  .strictObject({
    columns: columns
      .optional()
      .describe(
        'The columns that are compared; without it all columns of the evaluation data but the label, the score, the prediction and the weight',
      ),
    categorical: columns
      .optional()
      .describe('Columns of numbers that are codes, and compared as categories'),
    method: z
      .enum(['effect', 'evidently'])
      .default('effect')
      .describe(
        'When a column drifts, for drifted_columns_share: `effect` when its drift distance is shown to be above the threshold; `evidently` by the test or distance that Evidently would choose, at its threshold',
      ),
    threshold: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.1)
      .describe('With the method effect: the drift distance above which a column drifts'),
  })
  .meta({ id: 'Drift' });
export type DriftPolicy = z.infer<typeof driftSchema>;
