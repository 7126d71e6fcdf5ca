import type { BinaryProfile, Profile } from '@sluice/evaluation';
import { FaultCollector } from './fault-collector.js';
import { inspectCandidates, withOpened, type OpenedRequest } from './opened-request.js';
import { profileBinary } from './profile-binary.js';
import { profileOtherTask } from './profile-other-task.js';
import { assertRequest, isLarge, type ProfileRequest } from './profile-request.js';
import type { ProfiledDataset } from './profiled-dataset.js';
import { WalkThreads } from './ranking/walk-threads.js';

/**
 * Makes the profile of a dataset under a policy: scores its rows by the version and the champion, or takes the scores
 * and predictions that it holds, then counts and ranks them.
 *
 * Missing values (NULL, NaN, an empty field in CSV) are given to floating-point inputs as NaN, with a warning, and are
 * faults anywhere else. The same files give the same profile on every machine of the same architecture.
 *
 * The profile is of the policy's task, which the caller names if it isn't binary classification.
 *
 * @throws SluiceError `invalid_data` or `invalid_artifact`, with all faults that can be known at once
 */
export const profileDataset = async <Own extends Profile = BinaryProfile>(
  request: ProfileRequest,
): Promise<ProfiledDataset<Own>> => {
  const { policy, dataset, signal, onProgress } = request;
  signal?.throwIfAborted();
  assertRequest(request);
  const faults = new FaultCollector(policy.data.evaluation);
  const candidates = await inspectCandidates(request, faults);
  const threads = new WalkThreads();
  try {
    // Where data holds scores they are needed soon: a model's scores take far longer than threads to start.
    if (policy.columns.score !== undefined && (await isLarge(dataset))) threads.start();
    onProgress?.({ step: 'survey', done: 0, total: 1 });
    const profile = (opened: OpenedRequest): Promise<ProfiledDataset<Profile>> =>
      policy.task === 'binary-classification'
        ? profileBinary(opened, threads)
        : profileOtherTask(opened);
    return (await withOpened(request, candidates, faults, profile)) as ProfiledDataset<Own>;
  } finally {
    await threads.close();
  }
};
