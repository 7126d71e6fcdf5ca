import {
  profileDocumentVersion,
  SluiceError,
  type Policy,
  type VerdictSubject,
  weighsDrift,
} from '@sluice/contracts';
import {
  driftFigures,
  evaluate,
  requireParts,
  type DriftProfile,
  type Profile,
} from '@sluice/evaluation';
import {
  profileDistributed,
  type DistributedProfile,
  type DistributedProgress,
  type DistributedRequest,
} from './distributed/profile-distributed.js';
import {
  driftOfDataset,
  type DatasetDriftRequest,
  type DriftProgress,
} from './drift/drift-of-dataset.js';
import { asksForPerformance } from './drift/performance-drift.js';
import type { ProfiledDrift } from './drift/profile-drift.js';
import { ScoredCounts } from './drift/scored-counts.js';
import type { Decided } from './evaluation-thread.js';
import { readParts, type PartFile } from './parts/read-parts.js';
import { profileDataset } from './profile-dataset.js';
import type { ProfileProgress, ProfileRequest } from './profile-request.js';
import type { ProfiledDataset } from './profiled-dataset.js';
import { serveRequests, type Asked } from './worker-loop.js';

/** First what to make the profile of, then what the verdict, or the document of a part, is to be bound to. */
export type EvaluationRequest =
  | { readonly profile: EvaluatedData }
  | { readonly table: Omit<DistributedRequest, 'onProgress' | 'signal'> }
  | { readonly parts: PartsRequest }
  | { readonly part: VerdictSubject }
  | { readonly subject: VerdictSubject };
/** Profiles that were made before, under the policy. */
export interface PartsRequest {
  readonly policy: Policy;
  readonly files: readonly PartFile[];
}
/** The dataset, and what it is compared with when the policy names a reference. */
export type EvaluatedData = Omit<ProfileRequest, 'onProgress' | 'signal'> & {
  readonly reference?: DatasetDriftRequest['reference'] | undefined;
};
export type EvaluationAnswer =
  | Omit<ProfiledDataset, 'profile'>
  | Omit<DistributedProfile, 'profile'>
  | VerdictSubject
  | string
  | Decided;
/** The steps of `ProfileProgress` and `DriftProgress`, and `measure`: measures with their intervals, of which some thousands are taken. */
export type EvaluationProgress =
  | ProfileProgress
  | DriftProgress
  | { readonly step: 'measure'; readonly done: number; readonly total: number };
export type EvaluationNote = EvaluationProgress | DistributedProgress;

/** A note for each of thousands of batches and measures would be work for whoever listens, and none could be seen. */
const tellEveryMs = 100;

let made:
  | {
      readonly policy: Policy;
      readonly profile: Profile;
      readonly unfavorable: string | null;
      readonly drift: DriftProfile | null;
    }
  | undefined;

/* A thread that evaluates, so that none of the loops over rows, resamples and JSON is the service's. */
serveRequests<EvaluationRequest, EvaluationAnswer, EvaluationNote>(async (request, asked) => {
  const tell = atLeisure(asked);
  if ('profile' in request) {
    const { reference, ...data } = request.profile;
    if (data.mergeable) requireParts(data.policy);
    const attention = { onProgress: tell, signal: asked.signal };
    const scored = asksForPerformance(data.policy)
      ? new ScoredCounts(weighsDrift(data.policy))
      : null;
    const { profile, ...about } = await profileDataset<Profile>({
      ...data,
      ...(scored === null ? {} : { onScored: (rows) => scored.add(rows) }),
      ...attention,
    });
    const compared = await driftOf(data, reference, scored, attention);
    const { unfavorable } = about;
    made = { policy: data.policy, profile, unfavorable, drift: compared?.drift ?? null };
    const warnings = [...about.warnings, ...(compared?.warnings ?? [])];
    return { result: { ...about, warnings } };
  }
  if ('table' in request) {
    const { profile, ...about } = await profileDistributed({
      ...request.table,
      onProgress: tell,
      signal: asked.signal,
    });
    made = { policy: request.table.policy, profile, unfavorable: about.unfavorable, drift: null };
    return { result: about };
  }
  if ('parts' in request) {
    const { policy, files } = request.parts;
    const { profile, subject } = await readParts(policy, files, asked.signal);
    made = { policy, profile, unfavorable: null, drift: null };
    return { result: subject };
  }
  if (made === undefined) throw new Error('There is no profile to decide on yet.');
  if ('part' in request) {
    const { profile, unfavorable } = made;
    const schema = profileDocumentVersion;
    return { result: JSON.stringify({ schema, subject: request.part, unfavorable, profile }) };
  }
  const verdict = evaluate({
    ...made,
    subject: request.subject,
    onMeasure: (done, total) => tell({ step: 'measure', done, total }),
  });
  return {
    result: {
      verdict: JSON.stringify(verdict),
      profile: JSON.stringify(made.profile),
      drift: made.drift && driftFigures(made.drift),
    },
  };
});

/** null when the policy names no reference. */
function driftOf(
  { policy, dataset, model, endpoint }: EvaluatedData,
  reference: EvaluatedData['reference'],
  scored: ScoredCounts | null,
  attention: Pick<DatasetDriftRequest, 'onProgress' | 'signal'>,
): Promise<ProfiledDrift> | null {
  if (policy.data.reference === undefined) return null;
  if (reference === undefined)
    throw new SluiceError(
      'invalid_request',
      'The policy names a reference, and no reference was given.',
    );
  return driftOfDataset({
    policy,
    dataset,
    reference,
    scored,
    ...(model === undefined ? {} : { model }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...attention,
  });
}

/** Passes on the first and the last word of each step, and between them a few a second. */
function atLeisure({ tell }: Asked<EvaluationNote>): (note: EvaluationNote) => void {
  let step = '';
  let toldAt = 0;
  return (note) => {
    const now = performance.now();
    if (note.step === step && note.done < note.total && now - toldAt < tellEveryMs) return;
    step = note.step;
    toldAt = now;
    tell(note);
  };
}
