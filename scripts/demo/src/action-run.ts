import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryName, type WorkflowEvent } from './github-repository.js';
import { builtAction, repository } from './paths.js';
import { parseOutputs, shownLine } from './workflow-log.js';

export interface ActionRequest {
  mode: 'gate' | 'promote';
  /** What actions/checkout left. */
  workspace: string;
  event: WorkflowEvent;
  github: { url: string; token: string };
  registry: { url: string; key: string };
  /** Where this run's event and result files are kept. */
  runs: string;
  onLine(line: string): void;
  signal: AbortSignal;
}

export interface ActionResult {
  exitCode: number | null;
  outputs: Record<string, string>;
  summary: string;
}

/** Runs the built action as GitHub's runner would: a process of its own, with GitHub's variables and files. */
export const runAction = async (request: ActionRequest): Promise<ActionResult> => {
  mkdirSync(request.runs, { recursive: true });
  const files = mkdtempSync(join(request.runs, `${request.mode}-`));
  const file = (name: string, content = ''): string => {
    writeFileSync(join(files, name), content);
    return join(files, name);
  };
  const paths = {
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(request.event.payload, null, 2)),
    GITHUB_OUTPUT: file('output'),
    GITHUB_STEP_SUMMARY: file('summary.md'),
    GITHUB_STATE: file('state'),
    GITHUB_ENV: file('env'),
    GITHUB_PATH: file('path'),
    RUNNER_TEMP: files,
  };
  const exitCode = await run(request, {
    ...systemVariables(),
    ...gitHubVariables(request),
    ...paths,
  });
  return {
    exitCode,
    outputs: parseOutputs(readFileSync(paths.GITHUB_OUTPUT, 'utf8')),
    summary: readFileSync(paths.GITHUB_STEP_SUMMARY, 'utf8'),
  };
};

const run = (
  { workspace, signal, onLine, github, registry }: ActionRequest,
  env: NodeJS.ProcessEnv,
): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builtAction], {
      cwd: workspace,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    const secrets = [registry.key, github.token];
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => {
        const shown = shownLine(line, secrets);
        if (shown !== undefined) for (const part of shown.split('\n')) onLine(part);
      });
    child.once('error', reject);
    child.once('close', resolve);
  });

/** A runner gives a clean environment, and so do we: nothing of this shell may decide what the action does. */
const systemVariables = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SYSTEMROOT']
      .map((name) => [name, process.env[name]])
      .filter(([, value]) => value !== undefined),
  ) as NodeJS.ProcessEnv;

const gitHubVariables = ({
  mode,
  workspace,
  event,
  github,
  registry,
}: ActionRequest): NodeJS.ProcessEnv => ({
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTION_PATH: join(repository, 'action'),
  GITHUB_ACTOR: event.actor,
  GITHUB_API_URL: github.url,
  GITHUB_BASE_REF: event.baseRef ?? '',
  GITHUB_EVENT_NAME: event.name,
  GITHUB_HEAD_REF: event.headRef ?? '',
  GITHUB_JOB: 'sluice',
  GITHUB_REF: event.ref,
  GITHUB_REPOSITORY: repositoryName,
  GITHUB_REPOSITORY_OWNER: repositoryName.split('/')[0],
  GITHUB_RUN_ATTEMPT: '1',
  // Never the same twice, as with GitHub: a second start is another run.
  GITHUB_RUN_ID: String(Date.now()),
  GITHUB_RUN_NUMBER: '1',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: event.sha,
  GITHUB_WORKFLOW: 'Sluice',
  GITHUB_WORKSPACE: workspace,
  RUNNER_OS: 'Linux',
  INPUT_MODE: mode,
  INPUT_POLICY: 'sluice.yaml',
  'INPUT_REGISTRY-URL': registry.url,
  'INPUT_API-KEY': registry.key,
  'INPUT_GITHUB-TOKEN': github.token,
  'INPUT_TIMEOUT-MINUTES': '10',
  INPUT_COMMENT: 'true',
  INPUT_ENVIRONMENTS: '',
});
