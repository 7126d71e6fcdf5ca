import { join } from 'node:path';
import type { RegistryClient } from '@sluice/client';
import { runAction, type ActionResult } from './action-run.js';
import type { GitHubRepository, WorkflowEvent } from './github-repository.js';
import type { Narrator } from './narrator.js';
import type { KeyHolder } from './people.js';
import type { RunningSluice } from './running-sluice.js';
import { checkOut } from './workspace.js';

export const model = 'credit-risk';

/** Who takes part, each with an API key that can do what it is for and nothing else. */
export interface Cast {
  /** The continuous integration of the repository. */
  ci: KeyHolder;
  /** The release manager. */
  maria: KeyHolder;
  /** A colleague who may approve, but not what she made herself. */
  carol: KeyHolder;
}

/** Everything that the chapters share. */
export interface Story {
  narrator: Narrator;
  /** Where Sluice keeps its data. */
  home: string;
  sluice: RunningSluice;
  admin: RegistryClient;
  cast: Cast;
  github: GitHubRepository;
  /** Aborted when someone wants to stop. */
  signal: AbortSignal;
}

/** Runs the action on an event, with one of the example's models checked out, and shows its log. */
export const runWorkflow = (
  { narrator, home, sluice, cast, github, signal }: Story,
  run: { mode: 'gate' | 'promote'; name: string; model: string; event: WorkflowEvent },
): Promise<ActionResult> =>
  runAction({
    mode: run.mode,
    workspace: checkOut(home, run.name, run.model),
    event: run.event,
    github,
    registry: { url: sluice.registryUrl, key: cast.ci.secret },
    runs: join(home, 'demo', 'runs'),
    onLine: (line) => narrator.aside(line),
    signal,
  });
