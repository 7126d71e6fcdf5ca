import type { OnnxInspection } from '@sluice/artifacts';
import type { BinaryProfile, Profile } from '@sluice/evaluation';
import type { BoundModel } from './inference/candidate.js';
import type { PlannedOutputs } from './inference/model-plan.js';

/** A profile, and what else came to light as it was made. */
export interface ProfiledDataset<Own extends Profile = BinaryProfile> {
  readonly profile: Own;
  /** The value of binary labels beside the favorable one, as text; null where a part has none, and of other tasks. */
  readonly unfavorable: string | null;
  /** Of the version; null when the scores came with the data or from an endpoint. */
  readonly inspection: OnnxInspection | null;
  /** Which of the version's outputs were used, and how; null where the inspection is. */
  readonly outputs: PlannedOutputs | null;
  /** What is no fault but should be known, as sentences. */
  readonly warnings: readonly string[];
}

/** What is known of a version that runs here: nothing of one that doesn't, or that isn't given. */
export const ofFile = (
  version: BoundModel | undefined,
): Pick<ProfiledDataset, 'inspection' | 'outputs'> => {
  if (version === undefined || version.endpoint !== undefined)
    return { inspection: null, outputs: null };
  return { inspection: version.inspection, outputs: version.outputs };
};

/** Of values that aren't there, by column. */
export const missingWarnings = (missing: ReadonlyMap<string, number>): string[] =>
  Array.from(
    missing,
    ([column, count]) =>
      `The column ${JSON.stringify(column)} has ${count} missing values, which the model gets as NaN.`,
  );
