import { setMaxListeners } from 'node:events';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { RegistryClient } from '@sluice/client';
import { formatFault, SluiceError } from '@sluice/contracts';
import { ExpectationFailed } from './expectation.js';
import { GitHubRepository } from './github-repository.js';
import type { Narrator } from './narrator.js';
import { RunningSluice } from './running-sluice.js';
import { farewell } from './steps/farewell.js';
import { meetCast } from './steps/meet-cast.js';
import type { Story } from './story.js';
import { tellStory } from './tell-story.js';

export interface Demonstration {
  narrator: Narrator;
  home: string;
  /** End after the story instead of staying up. */
  exit: boolean;
  /** Aborted when someone wants to stop. */
  signal: AbortSignal;
}

const interrupted = 130;

/** Starts Sluice, tells the story and, unless it is to end there, stays up until it is told to stop. */
export const demonstrate = async (demonstration: Demonstration): Promise<number> => {
  const { narrator, signal } = demonstration;
  setMaxListeners(0, signal);
  const cleanUp: (() => Promise<void>)[] = [];
  let code: number;
  try {
    code = await tell(demonstration, cleanUp);
  } catch (error) {
    code = signal.aborted ? interrupted : explain(error, narrator);
  }
  for (const stop of cleanUp.toReversed()) await stop();
  return code;
};

const tell = async (
  { narrator, home: folder, exit, signal }: Demonstration,
  cleanUp: (() => Promise<void>)[],
): Promise<number> => {
  const began = performance.now();
  mkdirSync(folder, { recursive: true });
  const home = realpathSync(folder);
  narrator.title(
    'Sluice: from a model pull request to production',
    'Everything below really happens on this machine: a registry, an evaluator, a deployer and their',
    'databases run; the GitHub Action runs as GitHub would run it, against a stand-in for its API.',
  );

  narrator.chapter('Start');
  const sluice = await RunningSluice.start(home, (line) => narrator.step(line), signal);
  cleanUp.push(() => stopSluice(sluice, narrator));
  narrator.done(
    `Sluice runs (${seconds(began)}): API ${sluice.registryUrl}, gateway ${sluice.gatewayUrl}`,
  );

  const github = await GitHubRepository.start({ author: 'alice', message: 'The first model' });
  cleanUp.push(() => github.stop());
  const secret = readFileSync(sluice.adminKeyFile, 'utf8').trim();
  const admin = new RegistryClient({ url: sluice.registryUrl, apiKey: secret, signal });
  const cast = await meetCast(narrator, admin, home, signal);
  const story: Story = { narrator, home, sluice, admin, cast, github, signal };

  const failing = await tellStory(story);
  narrator.say('');
  narrator.done(narrator.colors.bold(`Done in ${seconds(began)}.`));
  if (exit) return 0;

  farewell(story, failing);
  narrator.say('', 'Ctrl-C stops everything. The data is kept.');
  return stay(sluice, signal);
};

/** Until someone wants to stop, or Sluice ends by itself, which it should not. */
const stay = async (sluice: RunningSluice, signal: AbortSignal): Promise<number> => {
  const asked = new Promise<'asked'>((resolve) => {
    signal.addEventListener('abort', () => resolve('asked'), { once: true });
    if (signal.aborted) resolve('asked');
  });
  const end = await Promise.race([asked, sluice.ended]);
  if (end !== 'asked') throw new ExpectationFailed(`sluice up ended by itself (${end}).`);
  return 0;
};

const stopSluice = async (sluice: RunningSluice, narrator: Narrator): Promise<void> => {
  narrator.say('', 'Stopping …');
  await sluice.stop();
  narrator.done('stopped; no process is left behind, the data is kept');
};

const explain = (error: unknown, narrator: Narrator): number => {
  const faults =
    error instanceof SluiceError
      ? error.faults.map((fault) => `\n  ${formatFault(fault)}`).join('')
      : '';
  const known = error instanceof ExpectationFailed || error instanceof SluiceError;
  const text = known ? error.message : ((error as Error).stack ?? String(error));
  narrator.error(`${text}${faults}`);
  return 1;
};

const seconds = (began: number): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
