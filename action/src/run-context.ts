import { readFile } from 'node:fs/promises';
import { SluiceError } from '@sluice/contracts';

/** What the runner tells about the run that it is doing. */
export interface RunContext {
  event: string;
  payload: EventPayload;
  owner: string;
  repo: string;
  sha: string;
  ref: string;
  runId: string;
  runAttempt: number;
  workspace: string;
}

interface Login {
  login?: string;
}
/** Of GitHub's event payloads what is read here. Everything may be missing, since each event has its own. */
export interface EventPayload {
  pull_request?: {
    number: number;
    user?: Login | null;
    head: { sha: string; ref: string; repo?: { full_name?: string } | null };
    base: { ref: string; repo?: { full_name?: string } };
  };
  merge_group?: { head_sha: string; head_ref: string; base_sha: string; base_ref: string };
  repository?: { default_branch?: string };
  pusher?: { name?: string };
  sender?: Login;
}

/** @throws SluiceError `invalid_request` outside a workflow run */
export const readRunContext = async (environment: NodeJS.ProcessEnv): Promise<RunContext> => {
  const read = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '') {
      throw new SluiceError('invalid_request', `${name} is not set; this runs in GitHub Actions.`);
    }
    return value;
  };
  const [owner = '', repo = ''] = read('GITHUB_REPOSITORY').split('/');
  return {
    event: read('GITHUB_EVENT_NAME'),
    payload: JSON.parse(await readFile(read('GITHUB_EVENT_PATH'), 'utf8')) as EventPayload,
    owner,
    repo,
    sha: read('GITHUB_SHA'),
    ref: read('GITHUB_REF'),
    runId: read('GITHUB_RUN_ID'),
    runAttempt: Number(environment.GITHUB_RUN_ATTEMPT ?? 1),
    workspace: read('GITHUB_WORKSPACE'),
  };
};
