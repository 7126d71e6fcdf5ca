import { parsePolicy, policyDigest, SluiceError, type Policy } from '@sluice/contracts';

export interface AppliedPolicy {
  policy: Policy;
  text: string;
  /** What reviewers need to know about which policy was applied; null when there is nothing to say. */
  note: string | null;
}

/** The texts of a policy in two places; null where there is none. */
export interface PolicyTexts {
  path: string;
  baseRef: string;
  base: string | null;
  head: string | null;
}

/**
 * Decides which policy a proposal is judged by: that of its base, so that it can't loosen its own gate.
 * The policy of the head must be valid too, since it will apply after the merge.
 *
 * @throws SluiceError `invalid_policy`
 */
export const choosePolicy = ({ path, baseRef, base, head }: PolicyTexts): AppliedPolicy => {
  const proposed = head === null ? null : parsePolicy(head, path);
  if (base === null) {
    if (head === null || proposed === null) throw missing(path, baseRef);
    return {
      policy: proposed,
      text: head,
      note: `${baseRef} has no ${path} yet, so the policy of the proposal itself was applied. Review it as carefully as the model: both have the same author.`,
    };
  }
  const policy = parseBase(base, path, baseRef);
  return { policy, text: base, note: noteOn(policy, proposed, path, baseRef) };
};

const noteOn = (
  policy: Policy,
  proposed: Policy | null,
  path: string,
  baseRef: string,
): string | null => {
  if (proposed === null) {
    return `This proposal removes ${path}. The policy of ${baseRef} was applied; without a policy, nothing can be promoted after the merge.`;
  }
  if (policyDigest(policy) === policyDigest(proposed)) return null;
  return `This proposal changes ${path}. The policy of ${baseRef} was applied, since a proposal can't loosen its own gate. The changed policy applies from the merge on: before promotion, the model is evaluated against it again.`;
};

/** The lines of these faults are those of the base, which nobody sees in the pull request; so it is said. */
const parseBase = (text: string, path: string, baseRef: string): Policy => {
  try {
    return parsePolicy(text, path);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    throw new SluiceError(
      error.code,
      `The policy of ${baseRef} is not valid, so nothing can be judged by it. Repair ${path} there first.`,
      { faults: error.faults, cause: error },
    );
  }
};

const missing = (path: string, baseRef: string): SluiceError =>
  new SluiceError('invalid_policy', `There is no policy at ${path}.`, {
    faults: [
      {
        file: path,
        message: 'there is no such file',
        found: `nothing, neither on ${baseRef} nor in the checkout`,
        expected: 'a policy',
        hint: 'Is the input `policy` right, and does the workflow check the repository out before Sluice runs?',
      },
    ],
  });
