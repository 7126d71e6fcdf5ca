import { z } from 'zod';
import {
  ascending,
  count,
  label,
  mass,
  masses,
  moments,
  numbers,
  sameLength,
  unequalLists,
  unsorted,
} from './figures.js';
import { lossesSchema, rankingSchema, scoresSchema } from './scored-rows.js';
import { mostClasses } from '../policy/task.js';

export const binarySlice = z.strictObject({
  cells: z
    .array(
      z.strictObject({
        label: z.boolean(),
        prediction: z.boolean(),
        champion: z.boolean().nullable(),
        count,
        weight: moments.optional(),
        amount: moments.optional(),
      }),
    )
    .max(8),
  ranking: rankingSchema.nullable(),
  scores: scoresSchema.nullable(),
  losses: lossesSchema.nullable(),
});

/** Classes of labels and of what two models predict. */
const classes = z.array(label).max(3 * mostClasses);
const place = z
  .number()
  .int()
  .min(1)
  .max(3 * mostClasses);
export const classNames = classes;
export const multiclassSlice = z.strictObject({
  kind: z.literal('multiclass'),
  classes,
  championClasses: classes.optional(),
  cells: z
    .array(
      z.strictObject({
        label,
        prediction: label,
        champion: label.nullable(),
        count,
        weight: moments.optional(),
      }),
    )
    .max(2 ** 20),
  places: z
    .array(
      z.strictObject({
        version: place,
        champion: place.nullable(),
        count,
        weight: moments.optional(),
      }),
    )
    .max(2 ** 17)
    .nullable(),
  losses: lossesSchema.nullable(),
  rankings: z.array(rankingSchema.nullable()).nullable(),
  scores: z.array(scoresSchema.nullable()).nullable(),
  classLosses: z.array(lossesSchema.nullable()).nullable().optional(),
  confidence: scoresSchema.nullable().optional(),
  pooled: z
    .strictObject({ ranking: rankingSchema.nullable(), scores: scoresSchema.nullable() })
    .nullable()
    .optional(),
});

const sketchBins = z
  .strictObject({ bins: z.array(z.number().int()).refine(ascending, unsorted), masses })
  .refine(({ bins, masses: own }) => sameLength([bins, own]), unequalLists);

const errorMoments = z.strictObject({
  prediction: moments,
  over: moments,
  under: moments,
  fourth: mass,
  squaredByLabel: z.tuple([z.number(), z.number()]),
  relative: moments,
  largest: mass,
  sketch: z.strictObject({ zero: mass, positive: sketchBins, negative: sketchBins }),
});

export const regressionSlice = z.strictObject({
  kind: z.literal('regression'),
  count: z.number().int().nonnegative(),
  weight: moments,
  center: z.number(),
  label: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  zeroLabels: z.number().int().nonnegative(),
  version: errorMoments,
  champion: errorMoments.nullable(),
  shared: z
    .strictObject({
      overOver: z.number(),
      overUnder: z.number(),
      underOver: z.number(),
      underUnder: z.number(),
      squared: z.number(),
      relative: z.number(),
      predictions: z.number(),
    })
    .nullable(),
});

/** Labels by prediction, of all rows. */
export const predictedLabels = z
  .strictObject({
    exponent: z.number().int().min(-1100).max(1100),
    bins: z.array(z.number().int()).refine(ascending, unsorted),
    masses,
    predictions: numbers,
    labels: numbers,
    center: z.number(),
  })
  .refine(
    ({ bins, masses: own, predictions, labels }) => sameLength([bins, own, predictions, labels]),
    unequalLists,
  );
