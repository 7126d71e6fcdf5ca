import {
  digestOfDocument,
  policyDigest,
  SluiceError,
  type Digest,
  type Fault,
  type Policy,
  type ProfileDocument,
  type VerdictSubject,
} from '@sluice/contracts';
import { mergeProfiles } from '../merge-profiles.js';
import type { Profile } from '../profile.js';
import { faultsOfPart } from './faults-of-part.js';
import { faultsOfWhole } from './faults-of-whole.js';

/** The profile of a part, and what its faults are told under. */
export interface Part {
  readonly file: string;
  readonly document: ProfileDocument;
}

export interface MergedParts {
  readonly profile: Profile;
  /** The dataset is that of all parts, whatever order they are given in. */
  readonly subject: VerdictSubject;
}

/**
 * The whole of which these are the parts, to be decided on under the policy that they were made under. It doesn't depend on
 * the order of the parts.
 *
 * Nothing is taken on trust that can be told: parts belong to the policy and to each other, no part is there twice, counts
 * within a part agree with each other, and the whole has what one table would need to have.
 *
 * @throws SluiceError `invalid_request` under a policy whose verdict parts can't give; `invalid_data` with what is wrong with
 *   each part, or with the whole
 */
export const mergeParts = (policy: Policy, parts: readonly Part[]): MergedParts => {
  requireParts(policy);
  const [first] = parts;
  if (first === undefined) throw new SluiceError('invalid_request', 'No profile is given.');
  throwIfAny([
    ...parts.flatMap((part) => faultsOfPart(policy, policyDigest(policy), part)),
    ...duplicates(parts),
    ...parts.flatMap((part) => otherModels(first, part)),
  ]);
  // Sums of fractions depend on their order in the last digit.
  const ordered = parts.toSorted((a, b) => (evaluationOf(a) < evaluationOf(b) ? -1 : 1));
  const profile = mergeProfiles<Profile>(ordered.map(({ document }) => document.profile));
  throwIfAny(faultsOfWhole(policy, profile, parts));
  const { model, version, champion, policy: digest } = first.document.subject;
  const predictions = ordered.flatMap(
    ({ document }) => document.subject.datasets.predictions ?? [],
  );
  return {
    profile,
    subject: {
      model,
      version,
      champion,
      datasets: {
        evaluation: digestOfParts(ordered.map(evaluationOf)),
        ...(predictions.length > 0 && { predictions: digestOfParts(predictions) }),
      },
      policy: digest,
    },
  };
};

/** @throws SluiceError `invalid_request` for a policy with drift, which is measured on whole tables */
export const requireParts = ({ data }: Policy): void => {
  if (data.reference === undefined) return;
  const message = 'drift is measured on whole tables, and the policy names a reference';
  throw new SluiceError('invalid_request', `Parts cannot be profiled: ${message}.`, {
    faults: [
      {
        path: 'data.reference',
        message,
        found: data.reference,
        expected: 'a policy without data.reference',
        hint: 'Evaluate drift under a policy of its own.',
      },
    ],
  });
};

const evaluationOf = ({ document }: Part): Digest => document.subject.datasets.evaluation;

/** One part is a dataset by itself. */
const digestOfParts = (parts: readonly Digest[]): Digest =>
  parts.length === 1
    ? (parts[0] as Digest)
    : digestOfDocument({ schema: 'sluice/parts/v1', parts });

const duplicates = (parts: readonly Part[]): Fault[] =>
  parts.flatMap((part, at) => {
    const earlier = parts.slice(0, at).find((each) => evaluationOf(each) === evaluationOf(part));
    if (earlier === undefined) return [];
    return [
      {
        file: part.file,
        path: 'subject.datasets.evaluation',
        message: `this is the profile of the same data as ${earlier.file}`,
        found: evaluationOf(part),
        expected: 'each part once, since its rows would count twice',
        hint: 'Leave one of them out.',
      },
    ];
  });

const otherModels = (first: Part, part: Part): Fault[] =>
  (['version', 'champion'] as const)
    .filter((which) => part.document.subject[which] !== first.document.subject[which])
    .map((which) => ({
      file: part.file,
      path: `subject.${which}`,
      message: `the ${which} is another one than in ${first.file}`,
      found: part.document.subject[which] ?? 'none',
      expected: first.document.subject[which] ?? 'none',
      hint: 'Make the profiles of all parts with the same models.',
    }));

const throwIfAny = (faults: readonly Fault[]): void => {
  if (faults.length > 0)
    throw new SluiceError('invalid_data', 'The profiles cannot be merged.', { faults });
};
