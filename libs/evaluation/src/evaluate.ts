import {
  policyDigest,
  SluiceError,
  type Policy,
  type Verdict,
  type VerdictSubject,
} from '@sluice/contracts';
import type { Evaluation } from './checks/decide-check.js';
import { decideChecks } from './checks/decide-checks.js';
import type { DriftProfile } from './drift/drift-profile.js';
import { listMeasures } from './list-measures.js';
import type { Profile } from './profile.js';
import { hasChampionIn } from './tasks/task-slices.js';

export interface EvaluationInput {
  readonly policy: Policy;
  /** Of the evaluation dataset, made under this policy. */
  readonly profile: Profile;
  /** Of the same dataset against the reference, which is needed exactly when the policy names one. */
  readonly drift?: DriftProfile | null;
  /** What the verdict is bound to. */
  readonly subject: VerdictSubject;
  /** Told after each measure: how many are done, of how many. The checks come after the last one. */
  readonly onMeasure?: (done: number, total: number) => void;
}

/**
 * Profile → measures → checks → verdict. The same input gives the same document, byte for byte.
 *
 * @throws SluiceError `digest_mismatch` when the subject names another policy, `invalid_request` when the profile was
 *   made under another policy or lacks the champion that the subject names
 */
export const evaluate = (input: EvaluationInput): Verdict => {
  requireBelonging(input);
  const { policy, profile, drift = null, subject, onMeasure } = input;
  const evaluation: Evaluation = {
    profile,
    hasChampion: subject.champion !== null,
    worths: policy.value,
    drift,
    ...(policy.drift === undefined ? {} : { driftPolicy: policy.drift }),
  };
  const measures = listMeasures(policy, evaluation, onMeasure);
  const checks = decideChecks(policy, evaluation);
  return {
    schema: 'sluice/verdict/v1',
    outcome: checks.some(({ outcome }) => outcome === 'fail') ? 'fail' : 'pass',
    subject: {
      model: subject.model,
      version: subject.version,
      champion: subject.champion,
      datasets: {
        evaluation: subject.datasets.evaluation,
        ...(subject.datasets.reference === undefined
          ? {}
          : { reference: subject.datasets.reference }),
        ...(subject.datasets.predictions === undefined
          ? {}
          : { predictions: subject.datasets.predictions }),
      },
      policy: subject.policy,
    },
    rows: profile.rows,
    checks,
    measures,
  };
};

/** A verdict that names one policy and was decided by another would be worse than none. */
const requireBelonging = ({ policy, profile, drift = null, subject }: EvaluationInput): void => {
  if (subject.policy !== policyDigest(policy))
    throw new SluiceError(
      'digest_mismatch',
      `The verdict is to name the policy ${subject.policy}, but the policy given is ${policyDigest(policy)}.`,
    );
  if (subject.model !== policy.model)
    throw new SluiceError(
      'invalid_request',
      `The policy gates the model ${policy.model}, not ${subject.model}.`,
    );
  if (profile.task !== policy.task)
    throw new SluiceError(
      'invalid_request',
      `The profile is of ${profile.task}, the policy of ${policy.task}.`,
    );
  if ((policy.data.predictions === undefined) !== (subject.datasets.predictions === undefined))
    throw new SluiceError(
      'invalid_request',
      policy.data.predictions === undefined
        ? 'The policy names no predictions, and a digest of some is given.'
        : 'The policy names predictions, and their digest is missing.',
    );
  const asked = policy.data.reference !== undefined;
  if (asked !== (drift !== null) || asked !== (subject.datasets.reference !== undefined))
    throw new SluiceError(
      'invalid_request',
      asked
        ? 'The policy names a reference, and its drift or its digest is missing.'
        : 'The policy names no reference, and drift or a digest of one is given.',
    );
  if (drift !== null && drift.rows.current !== profile.rows)
    throw new SluiceError(
      'invalid_request',
      `Drift was measured on ${drift.rows.current} rows, and the profile is of ${profile.rows}.`,
    );
  const expected = policy.columns.protected.map(({ name }) => name);
  const found = profile.byColumn.slice(0, expected.length).map(({ column }) => column);
  if (JSON.stringify(expected) !== JSON.stringify(found))
    throw new SluiceError(
      'invalid_request',
      `The profile has the protected columns ${JSON.stringify(found)}, the policy ${JSON.stringify(expected)}.`,
    );
  if (subject.champion !== null && !hasChampionIn(profile.overall))
    throw new SluiceError(
      'invalid_request',
      `The profile holds no predictions of the champion ${subject.champion}.`,
    );
};
