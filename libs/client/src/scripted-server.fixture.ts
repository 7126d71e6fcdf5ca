import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export type Step = (response: ServerResponse, request: ReceivedRequest) => void;

/** A real HTTP server that plays its steps one after the other, the last one for ever. */
export class ScriptedServer {
  readonly received: ReceivedRequest[] = [];
  readonly #steps: Step[];
  readonly #server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://server');
      const request: ReceivedRequest = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(chunks),
      };
      const step = this.#steps[Math.min(this.received.length, this.#steps.length - 1)];
      this.received.push(request);
      step?.(response, request);
    });
  });

  constructor(...steps: Step[]) {
    this.#steps = steps;
  }

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

export const answer =
  (status: number, body: unknown = '', headers: Record<string, string> = {}): Step =>
  (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };

export const reset: Step = (response) => {
  response.socket?.resetAndDestroy();
};

export const never: Step = () => undefined;

/** Begins an answer and breaks off in its middle. */
export const breakOff =
  (beginning: string): Step =>
  (response) => {
    response.writeHead(200, { 'content-length': String(beginning.length * 2) });
    response.write(beginning, () => {
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    });
  };
