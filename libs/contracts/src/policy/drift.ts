import { z } from 'zod';

const columns = z.array(z.string().min(1).max(200)).min(1).max(2000);

/** Several numbers of a row that say something only together. */
const embeddingSchema = z
  .strictObject({
    name: z.string().min(1).max(200).describe('What checks name it by, in `column`'),
    column: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('A column of lists of numbers, all of one length'),
    columns: z
      .array(z.string().min(1).max(200))
      .min(2)
      .max(4096)
      .optional()
      .describe('The columns of numbers that are its components'),
  })
  .refine(
    ({ column, columns }) => (column === undefined) !== (columns === undefined),
    'expected either column, of lists, or columns, of numbers',
  )
  .meta({ id: 'Embedding' });
export type EmbeddingPolicy = z.infer<typeof embeddingSchema>;

const wholeNumber = z.number().int();

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
    embeddings: z
      .array(embeddingSchema)
      .min(1)
      .max(20)
      .optional()
      .describe('Groups of numbers that metrics of embeddings compare as a whole'),
    chunks: z
      .union([
        z.strictObject({ rows: wholeNumber.min(20).describe('Rows of each') }),
        z.strictObject({ number: wholeNumber.min(6).max(1000).describe('How many there are') }),
      ])
      .optional()
      .describe(
        'How the reference is parted, in the order of its rows, for limits of `reference_chunks`; rows that fill no chunk are left out. Without it, into chunks of as many rows as the evaluation data has, and at least ten',
      ),
    weights: z
      .literal('ignore')
      .optional()
      .describe(
        'Beside columns.weight, which both tables then need not have: drift counts rows, whatever they weigh. Without it, rows count by their weight, in the reference as well',
      ),
  })
  .meta({ id: 'Drift' });
export type DriftPolicy = z.infer<typeof driftSchema>;

/** Whether rows count by their weight in drift. */
export const weighsDrift = ({
  columns,
  drift,
}: {
  readonly columns: { readonly weight?: string | undefined };
  readonly drift?: Pick<DriftPolicy, 'weights'> | undefined;
}): boolean => columns.weight !== undefined && drift?.weights !== 'ignore';

/** The limits of a check: numbers, or what chunks of the reference set. */
export interface CheckLimits {
  readonly at_least?: number | 'reference_chunks' | undefined;
  readonly at_most?: number | 'reference_chunks' | undefined;
}

/** Whether a limit of a check is what chunks of the reference set. */
export const hasChunkLimit = ({ at_least, at_most }: CheckLimits): boolean =>
  at_least === 'reference_chunks' || at_most === 'reference_chunks';
