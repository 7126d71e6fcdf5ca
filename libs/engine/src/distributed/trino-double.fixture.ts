import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TrinoRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type TrinoStep = (response: ServerResponse, origin: string) => void;

/** A server that plays its steps one after the other, for what a real Trino does too seldom to wait for. */
export class TrinoDouble {
  readonly received: TrinoRequest[] = [];
  private readonly server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      this.received.push({ method, path, headers, body });
      if (method === 'DELETE') return response.writeHead(204).end();
      const step = this.steps[this.played];
      this.played += 1;
      return step === undefined
        ? response.writeHead(500).end('nothing more to say')
        : step(response, this.origin);
    });
  });
  private played = 0;

  constructor(private readonly steps: readonly TrinoStep[]) {}

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** An answer of the protocol; `next` is a path on the double, or another address. */
export const says =
  ({ next, ...answer }: { readonly next?: string; readonly [field: string]: unknown }): TrinoStep =>
  (response, origin) => {
    const nextUri = next === undefined ? {} : { nextUri: new URL(next, origin).href };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'q1', stats: { state: 'RUNNING' }, ...answer, ...nextUri }));
  };

export const answers =
  (status: number, text = '', headers: Record<string, string> = {}): TrinoStep =>
  (response) => {
    response.writeHead(status, headers).end(text);
  };

export const breaksOff: TrinoStep = (response) => {
  response.socket?.resetAndDestroy();
};

export const neverAnswers: TrinoStep = () => undefined;
