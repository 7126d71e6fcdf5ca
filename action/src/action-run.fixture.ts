import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnnxModel, onnxType } from '@sluice/artifacts/testing';
import type { Check, Measure } from '@sluice/contracts';
import { GitHubStandIn } from '@sluice/github-stand-in';
import { RegistryDouble, registryKey } from './registry-double.fixture.js';

export const repository = 'acme/credit';
const dist = fileURLToPath(new URL('../dist/index.js', import.meta.url));

export interface ActionRun {
  exitCode: number | null;
  log: string;
  summary: string;
  outputs: Record<string, string>;
  /** What it saved for the step afterwards. */
  state: Record<string, string>;
}

export interface RunOptions {
  event: string;
  payload: unknown;
  sha: string;
  ref: string;
  inputs?: Record<string, string>;
  /** What the workflow set beside them. */
  environment?: Record<string, string>;
  runId?: number;
  runAttempt?: number;
  /** What an earlier run saved: this one is the step afterwards. */
  state?: Record<string, string>;
}

/** A small model that is real ONNX; another weight makes another artifact. */
export const onnxModel = (weight: number): Buffer =>
  buildOnnxModel({
    inputs: [{ name: 'age', type: onnxType.FLOAT, shape: [null, 1] }],
    outputs: [{ name: 'score', type: onnxType.FLOAT, shape: [null, 1] }],
    nodes: [{ operator: 'Mul', inputs: ['age', 'weight'], outputs: ['score'] }],
    initializers: [{ name: 'weight', dims: [1], floats: [weight] }],
  });

export const policyText = (limit = 0.7, more = ''): string => `version: 1
model: credit-risk
task: binary-classification
artifact: model.onnx
data:
  evaluation: data/holdout.csv
columns:
  label: credit
  favorable: good
checks:
  - { metric: roc_auc, at_least: ${limit} }
${more}`;

const measure: Measure = {
  metric: 'roc_auc',
  of: 'version',
  by: null,
  group: null,
  column: null,
  value: 0.75,
  interval: { lower: 0.7, upper: 0.8, level: 0.95, method: 'delong' },
  n: 400,
  state: 'ok',
  reason: null,
};
export const check = (own: Partial<Check> = {}): Check => ({
  id: 'roc_auc/at_least',
  outcome: 'pass',
  severity: 'fail',
  measure,
  limit: { at_least: 0.7 },
  reason: 'The ROC AUC is 0.750, above the limit of 0.70.',
  advice: null,
  ...own,
});
export const failedCheck = check({
  outcome: 'fail',
  measure: { ...measure, value: 0.6 },
  reason: 'The ROC AUC is 0.600, below the limit of 0.70.',
  advice: 'Train on more rows.',
});

/** GitHub, a registry and a checkout: what a run of the built action finds around it. */
export class Stage {
  readonly github = new GitHubStandIn();
  readonly registry = new RegistryDouble();
  token = '';
  workspace = '';
  #folder = '';

  async set(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'sluice-action-'));
    this.workspace = join(this.#folder, 'workspace');
    await this.github.start();
    await this.registry.start();
    this.token = this.github.issueToken();
    this.registry.checks = [check()];
    this.github.addRepository(repository);
    this.github.commitFiles(repository, {
      branch: 'main',
      files: {
        'sluice.yaml': policyText(),
        'model.onnx': onnxModel(1),
        'data/holdout.csv': 'age,credit\n23,good\n',
      },
    });
  }

  async strike(): Promise<void> {
    await Promise.all([this.github.stop(), this.registry.die()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Opens a pull request with these files and checks it out. */
  async propose(
    files: Record<string, string | Uint8Array | null> = { 'model.onnx': onnxModel(2) },
    fork?: string,
  ): Promise<number> {
    const branch = 'better';
    this.github.commitFiles(repository, { branch, files, author: 'maria', fork });
    const number = this.github.openPullRequest(repository, { author: 'maria', head: branch, fork });
    await this.checkOut(this.github.filesAt(repository, this.github.headOf(repository, number)));
    return number;
  }

  /** Merges a pull request and checks the default branch out. */
  async merge(number: number): Promise<string> {
    const sha = this.github.mergePullRequest(repository, number, { by: 'olga' });
    await this.checkOut(this.github.filesAt(repository, sha));
    return sha;
  }

  async checkOut(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    await rm(this.workspace, { recursive: true, force: true });
    for (const [path, content] of files) {
      const target = join(this.workspace, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
  }

  gate(number: number, options: Partial<RunOptions> = {}): Promise<ActionRun> {
    return this.run({
      event: 'pull_request',
      payload: this.github.pullRequestEvent(repository, number),
      sha: this.github.headOf(repository, number),
      ref: `refs/pull/${number}/merge`,
      ...options,
    });
  }

  promote(sha: string, options: Partial<RunOptions> = {}): Promise<ActionRun> {
    return this.run({
      event: 'push',
      payload: this.github.pushEvent(repository, { branch: 'main', by: 'olga' }),
      sha,
      ref: 'refs/heads/main',
      ...options,
      inputs: { mode: 'promote', ...options.inputs },
    });
  }

  /** Runs dist/ as GitHub's runner would: another process, told everything by its environment. */
  async run(options: RunOptions): Promise<ActionRun> {
    const paths = {
      GITHUB_EVENT_PATH: join(this.#folder, 'event.json'),
      GITHUB_OUTPUT: join(this.#folder, 'output'),
      GITHUB_STATE: join(this.#folder, 'state'),
      GITHUB_STEP_SUMMARY: join(this.#folder, 'summary.md'),
    };
    await writeFile(paths.GITHUB_EVENT_PATH, JSON.stringify(options.payload));
    await writeFile(paths.GITHUB_OUTPUT, '');
    await writeFile(paths.GITHUB_STATE, '');
    await writeFile(paths.GITHUB_STEP_SUMMARY, '');
    const inputs: Record<string, string> = {
      mode: 'gate',
      policy: 'sluice.yaml',
      'registry-url': this.registry.url,
      'api-key': registryKey,
      'github-token': this.token,
      'timeout-minutes': '1',
      comment: 'true',
      environments: '',
      'allow-s3': '',
      ...options.inputs,
    };
    const environment = {
      PATH: process.env.PATH,
      ...options.environment,
      ...paths,
      GITHUB_API_URL: this.github.url,
      GITHUB_EVENT_NAME: options.event,
      GITHUB_REPOSITORY: repository,
      GITHUB_SHA: options.sha,
      GITHUB_REF: options.ref,
      GITHUB_RUN_ID: String(options.runId ?? 100),
      GITHUB_RUN_ATTEMPT: String(options.runAttempt ?? 1),
      GITHUB_WORKSPACE: this.workspace,
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
      ...Object.fromEntries(
        Object.entries(options.state ?? {}).map(([name, value]) => [`STATE_${name}`, value]),
      ),
    };
    const child = spawn(process.execPath, [dist], { env: environment });
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (log += String(chunk)));
    const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return {
      exitCode,
      log,
      summary: await readFile(paths.GITHUB_STEP_SUMMARY, 'utf8'),
      outputs: parseOutputs(await readFile(paths.GITHUB_OUTPUT, 'utf8')),
      state: parseOutputs(await readFile(paths.GITHUB_STATE, 'utf8')),
    };
  }
}

const parseOutputs = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(ghadelimiter_\S+)\n([\s\S]*?)\n\2$/gm)].map(
      ([, name = '', , value = '']) => [name, value],
    ),
  );
