import { z } from 'zod';
import { manifestSchema } from '../artifact.js';
import { digestSchema } from '../digest.js';
import { problemSchema } from '../errors.js';
import { versionNumberSchema } from '../names.js';
import { policySchema } from '../policy/policy.js';
import { datasetFormatSchema } from '../resources/dataset.js';
import { progressSchema } from '../resources/evaluation.js';
import { verdictSchema } from '../verdict.js';

const artifactSchema = z.strictObject({
  version: versionNumberSchema,
  digest: digestSchema,
  manifest: manifestSchema,
});

const datasetSchema = z.strictObject({
  digest: digestSchema,
  format: datasetFormatSchema,
  /** Of a table of several files. */
  manifest: manifestSchema.optional(),
});

/** A job: the registry wants this evaluation done. Repeated until a result is in; the evaluation's id makes it one. */
export const evaluateJobSchema = z.strictObject({
  evaluation: z.uuid(),
  version: artifactSchema,
  champion: artifactSchema.nullable(),
  dataset: datasetSchema,
  /** What drift is measured against; absent when the policy names no reference. */
  reference: datasetSchema.optional(),
  policy: policySchema,
  policyDigest: digestSchema,
});
export type EvaluateJob = z.infer<typeof evaluateJobSchema>;

/** Fires while an evaluation runs, a few times a second at most. May be lost; nothing depends on it. */
export const evaluationProgressedSchema = z.strictObject({
  evaluation: z.uuid(),
  progress: progressSchema,
});
export type EvaluationProgressed = z.infer<typeof evaluationProgressedSchema>;

/** Fires when an evaluation ended with a verdict, be it pass or fail. */
export const evaluationCompletedSchema = z.strictObject({
  evaluation: z.uuid(),
  verdict: verdictSchema,
});
export type EvaluationCompleted = z.infer<typeof evaluationCompletedSchema>;

/** Fires when somebody cancelled an evaluation: nobody shall begin it or go on with it. Repeated until it was heard. */
export const evaluationCancelledSchema = z.strictObject({ evaluation: z.uuid() });
export type EvaluationCancelled = z.infer<typeof evaluationCancelledSchema>;

/** Fires when the evaluator has heard that an evaluation is cancelled: no work at it begins any more. */
export const evaluationStoppedSchema = z.strictObject({ evaluation: z.uuid() });
export type EvaluationStopped = z.infer<typeof evaluationStoppedSchema>;

/** Fires when an evaluation could not reach a verdict: unusable data or artifact, or a fault that retries didn't cure. */
export const evaluationFailedSchema = z.strictObject({
  evaluation: z.uuid(),
  problem: problemSchema,
});
export type EvaluationFailed = z.infer<typeof evaluationFailedSchema>;
