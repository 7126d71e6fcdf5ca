import * as core from '@actions/core';
import { RegistryClient } from '@sluice/client';
import { SluiceError } from '@sluice/contracts';
import { parseInputs } from './inputs.js';
import { log } from './log.js';

const state = { ran: 'sluice-ran', evaluation: 'sluice-evaluation' } as const;
/** GitHub gives what follows a cancelled job little time. */
const patienceMs = 30_000;

/** Whether this process is the step that GitHub runs after a job that was cancelled. */
export const isAfterwards = (): boolean => core.getState(state.ran) !== '';

export const noteRun = (): void => core.saveState(state.ran, 'true');

/** Notes, for the step afterwards, what this run waits for. */
export const noteEvaluation = (id: string): void => core.saveState(state.evaluation, id);

/**
 * Cancels the evaluation that a cancelled job waited for: nobody will read its verdict. One that was finished stays
 * as it is. Whatever goes wrong is a warning, since the job is over anyway.
 */
export const cancelAbandoned = async (readInput: (name: string) => string): Promise<void> => {
  const id = core.getState(state.evaluation);
  if (id === '') return;
  try {
    core.setSecret(readInput('api-key'));
    const { registryUrl, apiKey } = parseInputs(readInput);
    const registry = new RegistryClient({
      url: registryUrl,
      apiKey,
      userAgent: 'sluice-action',
      signal: AbortSignal.timeout(patienceMs),
      retry: { totalMs: patienceMs },
    });
    await registry.cancelEvaluation(id, 'The workflow run was cancelled.');
    log(`Evaluation ${id} is cancelled`);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'conflict') return;
    core.warning(`Evaluation ${id} could not be cancelled: ${(error as Error).message}`);
  }
};
