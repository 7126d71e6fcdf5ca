export { EmbeddedError, type EmbeddedErrorCode } from './failure.js';
export { findNatsServer, type FindOptions, type Way } from './nats/find-nats-server.js';
export { startNats, type EmbeddedNats, type NatsOptions } from './nats/start-nats.js';
export { createDatabase, dropDatabase } from './postgres/databases.js';
export { removeHome } from './postgres/placement.js';
export {
  startPostgres,
  type EmbeddedPostgres,
  type PostgresOptions,
} from './postgres/start-postgres.js';
export { exitWithParent } from './processes/exit-with-parent.js';
export { freePort } from './processes/ports.js';
export type { Exit } from './processes/run.js';
export { supervise, type SuperviseOptions, Supervised } from './processes/supervise.js';
export { startTrino, type EmbeddedTrino, type TrinoOptions } from './trino/start-trino.js';
export {
  testPostgres,
  testServices,
  testTrino,
  type TestServer,
  type TestServices,
} from './test-services.js';
