import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCodes, type ErrorCode, type Problem } from '@sluice/contracts';

export interface Seen {
  method: string;
  path: string;
  key: string | undefined;
  ifMatch: string | undefined;
  body: unknown;
}

type Reply = { status?: number; body: unknown };
type Script = Record<string, unknown | ((seen: Seen) => Reply)>;

/**
 * Answers as the registry is scripted to, over real HTTP. The client reads every answer against the contracts, so a
 * script that no registry would follow fails its test.
 */
export class RegistryDouble {
  readonly seen: Seen[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param script answers by `METHOD /path`, query left out; a problem is answered with its own status */
  static async start(script: Script): Promise<RegistryDouble> {
    const server = createServer((request, response) => {
      void (async () => {
        const seen = await read(request);
        double.seen.push(seen);
        const found = script[`${seen.method} ${seen.path}`];
        const { status, body } =
          typeof found === 'function'
            ? (found as (seen: Seen) => Reply)(seen)
            : { status: undefined, body: found ?? problem('not_found', `No ${seen.path}.`) };
        const own = (body as { status?: unknown }).status;
        response.statusCode = status ?? (typeof own === 'number' ? own : 200);
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      })();
    });
    const double = new RegistryDouble(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const problem = (code: ErrorCode, detail: string): Problem => ({
  type: `urn:sluice:problem:${code}`,
  ...errorCodes[code],
  code,
  detail,
});

const read = async (request: IncomingMessage): Promise<Seen> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return {
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    key: request.headers.authorization?.replace('Bearer ', ''),
    ifMatch: request.headers['if-match'],
    body: text === '' ? undefined : JSON.parse(text),
  };
};
