import { access } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SluiceError } from '@sluice/contracts';
import { createHttpApp, queryServer } from '@sluice/platform';
import { ArtifactCache } from './artifacts/artifact-cache.js';
import type { DeployerConfiguration } from './configuration.js';
import { DeployerModule } from './deployer.module.js';
import { DesiredStateConsumer } from './desired-state/desired-state.consumer.js';
import { streamBodies } from './gateway/stream-bodies.js';
import { Reconciler } from './rollouts/reconciler.js';

const brokerWaitMs = 5000;

/** Starts the deployer: what was live is being started again when this resolves, and the gateway says so. */
export const startDeployer = async (
  configuration: DeployerConfiguration,
): Promise<{ app: NestFastifyApplication; url: string }> => {
  await requireModelServer(configuration.SLUICE_MODEL_SERVER);
  const app = await createHttpApp(DeployerModule.forRoot(configuration), 'deployer', {
    allowedHosts: configuration.SLUICE_ALLOWED_HOSTS,
  });
  app.connectMicroservice(queryServer(configuration.NATS_URL, 'deployer'), {
    inheritAppConfig: true,
  });
  await app.init();
  streamBodies(app);
  await app.get(ArtifactCache).tidy();
  await app.listen(configuration.PORT, configuration.HOST);
  // From here on the gateway has an address, which outcomes name.
  app.get(Reconciler).start();
  app.get(DesiredStateConsumer).start();
  await answerQueries(app);
  return { app, url: await app.getUrl() };
};

/** The broker is waited for, but not long: what runs shall run without one. */
const answerQueries = async (app: NestFastifyApplication): Promise<void> => {
  const logger = new Logger('Queries');
  const answering = app.startAllMicroservices().then(() => 'answering' as const);
  const waited = new AbortController();
  const late = pause(brokerWaitMs, 'late' as const, { signal: waited.signal });
  try {
    if ((await Promise.race([answering, late])) === 'answering') return;
  } finally {
    waited.abort();
    late.catch(() => undefined);
  }
  logger.warn('NATS does not answer. Until it does, new promotions and API keys are unknown here.');
  answering.catch((error: Error) => logger.error(`Queries can't be answered: ${error.message}`));
};

const requireModelServer = async (path: string): Promise<void> => {
  try {
    await access(path);
  } catch (cause) {
    throw new SluiceError('invalid_request', 'The configuration is not valid.', {
      faults: [
        {
          message: 'SLUICE_MODEL_SERVER names no file',
          found: path,
          hint: 'Build the model server first: npx nx build model-server',
        },
      ],
      cause,
    });
  }
};
