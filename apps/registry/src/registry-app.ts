import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp, queryServer } from '@sluice/platform';
import { apiPrefix } from './http/api-prefix.js';
import { setBodyParsers } from './http/body-parsers.js';
import type { RegistryConfiguration } from './registry.configuration.js';
import { RegistryModule } from './registry.module.js';

/** The application with everything but open ports. */
export const createRegistryApp = async (
  configuration: RegistryConfiguration,
): Promise<NestFastifyApplication> => {
  const app = await createHttpApp(RegistryModule.forRoot(configuration), 'registry', {
    allowedHosts: configuration.SLUICE_ALLOWED_HOSTS,
  });
  app.setGlobalPrefix(apiPrefix, { exclude: ['livez', 'readyz'] });
  setBodyParsers(app);
  app.connectMicroservice(queryServer(configuration.NATS_URL, 'registry'), {
    inheritAppConfig: true,
  });
  return app;
};

/** Opens the port. Answers over NATS begin when there is a broker; HTTP does not wait for it, and readyz says so. */
export const listen = async (
  app: NestFastifyApplication,
  { HOST, PORT }: RegistryConfiguration,
): Promise<string> => {
  await app.listen(PORT, HOST);
  app.startAllMicroservices().catch((error: unknown) => {
    new Logger('Queries').error(`Queries are not answered: ${String(error)}`);
  });
  return app.getUrl();
};
