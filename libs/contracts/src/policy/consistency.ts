import { z } from 'zod';

/** Which rows are alike, for the metrics that compare each row with rows like it. */
export const consistencySchema = z
  .strictObject({
    columns: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(100)
      .describe(
        'The columns by which rows are near each other: numbers, and texts or true and false, which are 0 or 1 for each of their values',
      ),
    neighbours: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .describe('How many rows are compared with, the row itself among them'),
    scale: z
      .enum(['standard', 'none'])
      .default('standard')
      .describe(
        'Numbers by their standard deviation, so that their units don’t matter; or as they are, which is what AIF360 does',
      ),
    rows: z
      .number()
      .int()
      .min(100)
      .max(1_000_000)
      .default(2_000)
      .describe(
        'The most rows whose neighbours are looked for: of more, as many are drawn, always the same ones',
      ),
  })
  .meta({ id: 'Consistency' });
export type ConsistencyPolicy = z.infer<typeof consistencySchema>;
