import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SluiceError, toProblem } from '@sluice/contracts';

export interface HttpAnswer {
  status: number;
  body?: unknown;
}

/** A service on a real port that can die and come back there with what it knew. */
export abstract class HttpDouble {
  #server: Server | undefined;
  #port = 0;

  /** What a request gets; a SluiceError becomes its problem document. */
  protected abstract answer(request: IncomingMessage, body: Buffer): HttpAnswer;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens again where it listened before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => {
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async die(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) =>
      server === undefined ? resolve() : server.close(() => resolve()),
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { status, body } = this.answer(request, Buffer.concat(chunks));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    } catch (error) {
      const problem = toProblem(error);
      // A defect of the double itself must show in the test that meets it.
      if (!(error instanceof SluiceError)) problem.detail = `double: ${String(error)}`;
      response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify(problem));
    }
  }
}
