import { z } from 'zod';
import {
  ascending,
  mass,
  masses,
  moments,
  numbers,
  sameLength,
  unequalLists,
  unsorted,
} from './figures.js';

/** The figures of two classes and their scores, of which the profiles of binary and several classes are made. */

const byLabel = <Figure extends z.ZodType>(figure: Figure) =>
  z.strictObject({ positives: figure, negatives: figure });

const rankedScores = z.strictObject({
  auc: z.number().min(0).max(1).nullable(),
  variance: z.strictObject({ positive: mass.nullable(), negative: mass.nullable() }),
  averagePrecision: z.number().min(0).max(1).nullable(),
  kolmogorovSmirnov: z.strictObject({ statistic: mass, score: z.number() }).nullable(),
  gains: masses.nullable(),
});

export const rankingSchema = z.strictObject({
  positives: z.number().int().nonnegative(),
  negatives: z.number().int().nonnegative(),
  weights: byLabel(moments).optional(),
  version: rankedScores,
  champion: rankedScores.nullable(),
  covariance: z
    .strictObject({ positive: z.number().nullable(), negative: z.number().nullable() })
    .nullable(),
});

const bin = z.number().int().min(0).max(999);
const histogram = z
  .strictObject({
    bins: z.array(bin).max(1000).refine(ascending, unsorted),
    positives: masses,
    negatives: masses,
    sums: numbers.length(20),
    byLabel: byLabel(moments).optional(),
    amounts: byLabel(numbers).optional(),
  })
  .refine(
    ({ bins, positives, negatives, amounts }) =>
      sameLength([bins, positives, negatives]) &&
      (amounts === undefined || sameLength([bins, amounts.positives, amounts.negatives])),
    unequalLists,
  );

/** Scores stray from [0, 1] by rounding only. */
const score = z
  .number()
  .min(-1e-6)
  .max(1 + 1e-6);
const scores = z.array(score).max(2 ** 17);
const runs = z
  .strictObject({ low: scores, high: scores, positives: masses, negatives: masses })
  .refine((lists) => sameLength(Object.values(lists)), unequalLists)
  .refine(
    ({ low, high }) => low.every((lowest, at) => lowest <= (high[at] ?? lowest)),
    'expected runs from a lower to a higher score',
  );
const pairs = z
  .strictObject({ first: scores, second: scores, positives: masses, negatives: masses })
  .refine((lists) => sameLength(Object.values(lists)), unequalLists);

export const scoresSchema = z.strictObject({
  version: histogram,
  champion: histogram.nullable(),
  runs: z
    .strictObject({ version: runs, champion: runs.nullable(), pairs: pairs.nullable() })
    .optional(),
});

const losses = z.strictObject({ log: moments, brier: moments });
export const lossesSchema = z.strictObject({
  version: losses,
  champion: losses.nullable(),
  difference: losses.nullable(),
});
