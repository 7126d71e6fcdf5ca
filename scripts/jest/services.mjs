import { testServices } from '@sluice/embedded';

/**
 * A project's `globalSetup`: Postgres and NATS for its tests, as TEST_DATABASE_URL and
 * TEST_NATS_URL. `npm test` starts one Postgres for all projects; NATS is each project's own.
 */
export default async function setUpServices() {
  if (process.env.TEST_DATABASE_URL && process.env.TEST_NATS_URL) return;
  const services = await testServices();
  process.env.TEST_DATABASE_URL = services.databaseUrl;
  process.env.TEST_NATS_URL = services.natsUrl;
  // Jest's set-up and tear-down share this process, but not a module.
  globalThis.sluiceTestServices = services;
}
