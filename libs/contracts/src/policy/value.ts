import { z } from 'zod';

const worth = z.number().default(0);

/**
 * What each outcome of a prediction is worth, in any one currency: a benefit above 0, a cost below. With an `amount` column
 * the figures are shares of each row's amount, such as the interest earned on a loan and the part lost.
 */
export const valueSchema = z
  .strictObject({
    true_positive: worth.describe('The worth of a favorable row predicted favorable'),
    false_positive: worth.describe('The worth of an unfavorable row predicted favorable'),
    true_negative: worth.describe('The worth of an unfavorable row predicted unfavorable'),
    false_negative: worth.describe('The worth of a favorable row predicted unfavorable'),
    amount: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('A column with the amount of each row, of which the figures above are shares'),
    cost: z
      .number()
      .positive()
      .optional()
      .describe('What the model costs for as many rows as the data has, for the return on it'),
  })
  .meta({ id: 'Value' });
export type ValuePolicy = z.infer<typeof valueSchema>;
