import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll } from '@jest/globals';

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What an endpoint answers; a number is a status without a body, "hang" no answer, "cut" half of one. */
export type Answer =
  | { readonly json: unknown; readonly status?: number }
  | { readonly raw: string; readonly status?: number; readonly headers?: Record<string, string> }
  | number
  | 'hang'
  | 'cut';

const running: EndpointDouble[] = [];
afterAll(() => running.forEach((double) => double.stop()));

/** An endpoint that does what a test says, and remembers what it was asked. */
export class EndpointDouble {
  readonly received: Received[] = [];
  private readonly server: Server;

  private constructor(private readonly answer: (request: Received, count: number) => Answer) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(
    answer: (request: Received, count: number) => Answer,
  ): Promise<EndpointDouble> {
    const double = new EndpointDouble(answer);
    await new Promise<void>((resolve) => double.server.listen(0, '127.0.0.1', resolve));
    running.push(double);
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await text(request);
    const { method = '', url = '', headers } = request;
    const received = { method, path: url, headers, body: sent === '' ? null : JSON.parse(sent) };
    const answer = this.answer(received, this.received.push(received));
    if (answer === 'hang') return;
    if (answer === 'cut') {
      response.writeHead(200, { 'content-length': '1000' }).write('{"outputs":');
      setTimeout(() => response.destroy(), 20);
      return;
    }
    if (typeof answer === 'number') return void response.writeHead(answer).end();
    const headersOut = 'raw' in answer ? answer.headers : { 'content-type': 'application/json' };
    response.writeHead(answer.status ?? 200, headersOut);
    response.end('raw' in answer ? answer.raw : JSON.stringify(answer.json));
  }
}
