import { allowanceEntries, type S3Allowance } from '@sluice/artifacts';
import {
  environmentNameSchema,
  relativePathSchema,
  SluiceError,
  type Fault,
} from '@sluice/contracts';
import { allowancesOf } from './proposed-data.js';

export interface Inputs {
  mode: 'gate' | 'promote';
  policyPath: string;
  registryUrl: string;
  apiKey: string;
  githubToken: string;
  timeoutMs: number;
  comment: boolean;
  /** What the policy may name in S3. */
  allowS3: readonly S3Allowance[];
  /** Null: all of the policy. */
  environments: string[] | null;
}

/** The longest that GitHub lets a job run, 6 hours. */
const longestMinutes = 360;

/** Reads the inputs by their names in action.yml. @throws SluiceError `invalid_request` with all faults at once */
export const parseInputs = (read: (name: string) => string): Inputs => {
  const faults: Fault[] = [];
  const wrong = (name: string, found: string, expected: string): void => {
    faults.push({
      message: `the input ${name} is not valid`,
      path: name,
      found: JSON.stringify(found),
      expected,
    });
  };

  const mode = read('mode');
  if (mode !== 'gate' && mode !== 'promote') wrong('mode', mode, 'gate or promote');
  const policyPath = read('policy').replace(/^(?:\.\/)+/, '');
  if (!relativePathSchema.safeParse(policyPath).success) {
    wrong('policy', policyPath, 'a path inside the repository');
  }
  const registryUrl = read('registry-url');
  if (registryUrl === '') wrong('registry-url', registryUrl, 'the address of the registry');
  const minutes = Number(read('timeout-minutes'));
  if (!(minutes > 0 && minutes <= longestMinutes)) {
    wrong('timeout-minutes', read('timeout-minutes'), `a number up to ${longestMinutes}`);
  }
  const comment = read('comment').toLowerCase();
  if (comment !== 'true' && comment !== 'false') wrong('comment', comment, 'true or false');
  let allowS3: readonly S3Allowance[] = [];
  try {
    allowS3 = allowancesOf(allowanceEntries(read('allow-s3')));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    wrong('allow-s3', read('allow-s3'), 's3://bucket or s3://bucket/prefix, separated by commas');
  }
  const environments = read('environments')
    .split(/[\s,]+/)
    .filter((name) => name !== '');
  for (const name of environments) {
    if (!environmentNameSchema.safeParse(name).success) {
      wrong('environments', name, 'names of environments, separated by commas');
    }
  }

  if (faults.length > 0) {
    throw new SluiceError('invalid_request', 'The inputs of the action are not valid.', { faults });
  }
  return {
    mode: mode as Inputs['mode'],
    policyPath,
    registryUrl,
    apiKey: read('api-key'),
    githubToken: read('github-token'),
    timeoutMs: minutes * 60_000,
    comment: comment === 'true',
    allowS3,
    environments: environments.length === 0 ? null : environments,
  };
};
