import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Versions under which the stub misbehaves; under any other it does not. */
export const stubVersion = {
  lies: 13,
  neverReady: 14,
  diesWithTraffic: 15,
  breaksOff: 16,
} as const;

/*
 * Keeps a model server's contract and answers an inference with what reached it, after as many milliseconds as
 * the header x-delay says.
 */
const source = `
import { createServer } from 'node:http';
const { env } = process;
const version = Number(env.SLUICE_MODEL_VERSION);
const digest = version === ${stubVersion.lies} ? 'sha256:' + '0'.repeat(64) : env.SLUICE_ARTIFACT_DIGEST;
process.stdin.on('close', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
const server = createServer(async (request, response) => {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  if (request.headers.authorization !== 'Bearer ' + env.SLUICE_MODEL_SERVER_TOKEN) {
    response.writeHead(401).end();
    return;
  }
  if (version === ${stubVersion.breaksOff} && request.method === 'POST') {
    request.socket.destroy();
    return;
  }
  await new Promise((resolve) => setTimeout(resolve, Number(request.headers['x-delay'] ?? 0)));
  const body = Buffer.concat(chunks);
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-sluice-artifact-digest': digest,
    'x-sluice-version': 'forged',
    'keep-alive': 'timeout=99',
  });
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, headers, env, size: body.length, version }));
});
server.listen(0, '127.0.0.1', () => {
  if (version === ${stubVersion.neverReady}) {
    console.error('still loading');
    return;
  }
  const port = server.address().port;
  console.log(JSON.stringify({ event: 'ready', port, artifactDigest: env.SLUICE_ARTIFACT_DIGEST }));
  if (version === ${stubVersion.diesWithTraffic}) setTimeout(() => {
    console.error('out of memory');
    process.exit(70);
  }, 700);
});
`;

/** A stand-in for the model server that can be told to fail. @returns its path */
export const writeStubServer = async (): Promise<string> => {
  const path = join(await mkdtemp(join(tmpdir(), 'sluice-stub-')), 'model-server.mjs');
  await writeFile(path, source);
  return path;
};
