import { z } from 'zod';
import { digestSchema } from '../digest.js';
import { SluiceError, type Fault } from '../errors.js';
import { verdictSchema } from '../verdict.js';
import { groupingsOf, label } from './figures.js';
import {
  binarySlice,
  classNames,
  multiclassSlice,
  predictedLabels,
  regressionSlice,
} from './task-slices.js';

const rows = z.number().int().positive();

/** The profile of one part of a table: see `Profile` of `libs/evaluation`, which says what the figures are. */
export const partProfileSchema = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('binary-classification'),
    rows,
    overall: binarySlice,
    byColumn: groupingsOf(binarySlice),
  }),
  z.strictObject({
    task: z.literal('multiclass-classification'),
    rows,
    overall: multiclassSlice,
    byColumn: groupingsOf(multiclassSlice),
    classes: classNames,
  }),
  z.strictObject({
    task: z.literal('regression'),
    rows,
    overall: regressionSlice,
    byColumn: groupingsOf(regressionSlice),
    predicted: predictedLabels,
  }),
]);
export type PartProfile = z.infer<typeof partProfileSchema>;

/** The version of the document, and of the definitions of all its figures: whatever changes one of them changes it. */
export const profileDocumentVersion = 'sluice/profile/v1';

/**
 * The profile of one part of a table, with what it was made of: what a machine, a region or a day hands to whoever decides on
 * the whole. It holds counts and sums, and no row.
 */
export const profileDocumentSchema = z.strictObject({
  schema: z.literal(profileDocumentVersion),
  subject: z
    .strictObject({
      ...verdictSchema.shape.subject.shape,
      datasets: z.strictObject({
        evaluation: digestSchema.describe('The part'),
        predictions: digestSchema.optional(),
      }),
    })
    .describe('What a verdict on this part alone would be bound to'),
  unfavorable: label
    .nullable()
    .describe(
      'The value that labels have beside the favorable one, as text; null where none has it, and of other tasks',
    ),
  profile: partProfileSchema,
});
export type ProfileDocument = z.infer<typeof profileDocumentSchema>;

/** More faults than this are one mistake many times over. */
const mostFaults = 5;

/**
 * Reads a profile from JSON text, of whatever origin.
 *
 * @param file that faults name
 * @throws SluiceError `invalid_data` for what is no profile of this version, with where and why
 */
export const parseProfileDocument = (text: string, file: string): ProfileDocument => {
  const document = jsonOf(text, file);
  const schema = schemaOf(document);
  if (schema !== profileDocumentVersion)
    throw refused([
      {
        file,
        path: 'schema',
        message:
          schema === null
            ? 'this is no profile'
            : 'this is no profile of the version that is read here',
        ...(schema !== null && { found: JSON.stringify(schema).slice(0, 80) }),
        expected: `${profileDocumentVersion}, as sluice profile writes it`,
        hint: 'Make the profiles of all parts, and the verdict, by one version of Sluice.',
      },
    ]);
  const parsed = profileDocumentSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw refused(
    parsed.error.issues.slice(0, mostFaults).map(({ path, message }) => ({
      file,
      path: path.join('.'),
      message: `the profile is not valid: ${message}`,
      hint: 'It was changed after it was made, or cut off: make it again with sluice profile.',
    })),
  );
};

const jsonOf = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = {
      file,
      message: 'this is no JSON',
      expected: 'a profile as sluice profile writes it',
    };
    throw refused([fault], cause);
  }
};

const schemaOf = (document: unknown): string | null => {
  const schema = (document as { readonly schema?: unknown } | null)?.schema;
  return typeof schema === 'string' ? schema : null;
};

const refused = (faults: readonly Fault[], cause?: unknown): SluiceError =>
  new SluiceError('invalid_data', 'The profile cannot be read.', { faults, cause });
