import { parentPort, workerData } from 'node:worker_threads';
import { SluiceError } from '@sluice/contracts';
import { messageOf, OnnxModel } from './onnx-model.js';
import type { RunCommand, WorkerReport, WorkerTask } from './worker-messages.js';

/*
 * A thread of its own for the runtime, which blocks the one that it runs on. It loads the artifact,
 * reports what it is, and then answers one command at a time.
 */
const port = parentPort;
if (port === null) throw new Error('inference.worker runs as a worker thread only');
const report = (message: WorkerReport): void => port.postMessage(message);

try {
  const model = await OnnxModel.load(workerData as WorkerTask);
  port.on('message', ({ inputs, outputs }: RunCommand) => {
    model.run(inputs, outputs).then(
      (results) => report({ kind: 'done', outputs: results }),
      (error: unknown) => report({ kind: 'failed', message: messageOf(error) }),
    );
  });
  report({ kind: 'loaded', model: model.loaded });
} catch (error) {
  if (!(error instanceof SluiceError)) throw error;
  report({ kind: 'refused', code: error.code, message: error.message, faults: error.faults });
}
