import { ConfigurationError, configurationOf, type Configuration } from './configuration.js';
import { ModelServer } from './model-server.js';

/*
 * The process: configuration in, one line of JSON on standard output when it is ready, troubles on standard
 * error. It ends with 0 after draining, 1 if it cannot serve, 2 if its configuration is wrong, 70 if the model
 * crashed, and by SIGKILL if it has to leave a run of the model unfinished; so that a supervisor notices.
 */
const say = (text: string): void => void process.stderr.write(`sluice model server: ${text}\n`);

const configure = (): Configuration => {
  try {
    return configurationOf(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const line of error.message.split('\n')) say(line);
    process.exit(2);
  }
};

// A parent that died no longer reads; to fail on telling it so would end the process before it has drained.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const configuration = configure();
const server = new ModelServer(configuration, say);
const end = (code: number): void => {
  // An exit would wait for the runtime's call to return, however long, and then abort in it.
  if (server.busy) process.kill(process.pid, 'SIGKILL');
  else process.exit(code);
};
const stop = (reason: string, graceMs: number): void =>
  void server.drain(reason, graceMs).then((clean) => end(clean ? 0 : 1));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => stop(signal, configuration.drain.graceMs));
}
if (configuration.exitWithParent) {
  const orphaned = () => stop('its parent is gone', 0);
  process.stdin.on('error', orphaned).on('end', orphaned).on('close', orphaned).resume();
}

try {
  const { port, artifactDigest } = await server.start();
  if (!server.draining)
    process.stdout.write(`${JSON.stringify({ event: 'ready', port, artifactDigest })}\n`);
} catch (error) {
  say(ModelServer.explain(error));
  process.exit(1);
}
const crash = await server.crashed;
say(`the model crashed: ${crash.message}`);
end(70);
