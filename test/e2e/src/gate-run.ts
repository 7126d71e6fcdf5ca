import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GitHubStandIn } from '@sluice/github-stand-in';
import { repository } from './stack.js';

export interface GateRequest {
  readonly github: GitHubStandIn;
  /** In the stand-in, as `owner/name`. */
  readonly name: string;
  readonly pullRequest: number;
  /** Files of the checked-out head, by path. */
  readonly files: Readonly<Record<string, Buffer>>;
  readonly registry: { readonly url: string; readonly key: string };
  /** Where the run may leave its files. */
  readonly folder: string;
}

export interface GateResult {
  readonly exitCode: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** All that it printed, for the text of a failure. */
  readonly log: string;
}

/** Runs the built action on a pull request as a runner would: a process of its own with GitHub's variables and files. */
export const runGate = async (request: GateRequest): Promise<GateResult> => {
  const { github, name, pullRequest, files, registry } = request;
  const workspace = mkdtempSync(join(request.folder, 'workspace-'));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), bytes);
  }
  const runner = mkdtempSync(join(request.folder, 'runner-'));
  const file = (named: string, content = ''): string => {
    writeFileSync(join(runner, named), content);
    return join(runner, named);
  };
  const event = github.pullRequestEvent(name, pullRequest, 'opened');
  const [output, summary] = [file('output'), file('summary.md')];
  const child = spawn(process.execPath, [join(repository, 'action/dist/index.js')], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_PATH: join(repository, 'action'),
      GITHUB_ACTOR: 'maria',
      GITHUB_API_URL: github.url,
      GITHUB_BASE_REF: 'main',
      GITHUB_HEAD_REF: 'proposal',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event)),
      GITHUB_JOB: 'sluice',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_STATE: file('state'),
      GITHUB_REF: `refs/pull/${pullRequest}/merge`,
      GITHUB_REPOSITORY: name,
      GITHUB_REPOSITORY_OWNER: name.split('/')[0],
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: String(Date.now()),
      GITHUB_RUN_NUMBER: '1',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: github.headOf(name, pullRequest),
      GITHUB_WORKFLOW: 'Sluice',
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: runner,
      INPUT_MODE: 'gate',
      INPUT_POLICY: 'sluice.yaml',
      'INPUT_REGISTRY-URL': registry.url,
      'INPUT_API-KEY': registry.key,
      'INPUT_GITHUB-TOKEN': github.issueToken(),
      'INPUT_TIMEOUT-MINUTES': '5',
      INPUT_COMMENT: 'true',
      INPUT_ENVIRONMENTS: '',
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    exitCode,
    outputs: outputsIn(readFileSync(output, 'utf8')),
    summary: readFileSync(summary, 'utf8'),
    log,
  };
};

/** The format of GITHUB_OUTPUT: `name<<delimiter`, the value's lines, the delimiter. */
const outputsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    Array.from(text.matchAll(/^(\S+?)<<(\S+)\r?\n([\s\S]*?)\r?\n\2$/gm), ([, name, , value]) => [
      name as string,
      value as string,
    ]),
  );
