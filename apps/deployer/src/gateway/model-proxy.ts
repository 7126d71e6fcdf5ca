import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { finished, type Readable } from 'node:stream';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestHeaders, responseHeaders } from './gateway-headers.js';
import { Traffic, type Backend, type Lane } from './traffic.js';

/** What a client asks for, in the protocol's terms. */
export interface ModelCall {
  readonly environment: string;
  readonly model: string;
  readonly version?: string;
  readonly action: 'metadata' | 'ready' | 'infer';
}

const bodyLimit = 8 * 1024 * 1024;
/** Longer than a model server gives an inference, so that its own answer comes first. */
const answerWithinMs = 60_000;

/**
 * Passes calls on to the model server that has the traffic. A request picks its server once and is sent once:
 * one that may have been executed is never sent again.
 */
@Injectable()
export class ModelProxy implements OnApplicationShutdown {
  // Idle connections are closed by us and long before the server would: a request on its way could hit the closing.
  private readonly agent = new Agent({ keepAlive: true, timeout: 5000 });

  constructor(private readonly traffic: Traffic) {}

  async forward(call: ModelCall, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const lane = this.traffic.find(call.environment, call.model);
    if (lane === undefined)
      throw new SluiceError('not_found', `${call.environment} has no model ${call.model}.`);
    const lease = lane.acquire();
    if (lease === null) throw notServed(lane);
    const { backend } = lease;
    try {
      refuseOtherVersion(call, backend);
      refuseLargeBody(request);
      const answer = await this.ask(backend, call, request, reply);
      finished(answer, lease.release);
      reply.status(answer.statusCode ?? 502).headers(responseHeaders(answer.headers));
      // Not awaited: a reply is a promise that breaks when the client leaves, which is no failure of ours.
      void reply.header('x-sluice-version', String(backend.version)).send(answer);
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  onApplicationShutdown(): void {
    this.agent.destroy();
  }

  private ask(
    { server }: Backend,
    call: ModelCall,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<IncomingMessage> {
    const body = call.action === 'infer' ? (request.body as Readable | undefined) : undefined;
    const upstream = httpRequest(`${server.url}${pathOf(call)}`, {
      method: request.method,
      agent: this.agent,
      headers: requestHeaders(request.headers, {
        token: server.token,
        correlationId: request.id,
        hasBody: body !== undefined,
      }),
    });
    const tooLate = setTimeout(
      () => upstream.destroy(new SluiceError('timed_out', 'The model did not answer in time.')),
      answerWithinMs,
    );
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) upstream.destroy();
    });
    return new Promise<IncomingMessage>((resolve, reject) => {
      upstream.once('response', resolve);
      // Stays for what comes after the answer, too: that is told by the answer's own stream.
      upstream.on('error', (cause) => reject(failureOf(cause)));
      send(body, upstream);
    }).finally(() => clearTimeout(tooLate));
  }
}

const pathOf = ({ model, version, action }: ModelCall): string =>
  `/v2/models/${encodeURIComponent(model)}` +
  (version === undefined ? '' : `/versions/${encodeURIComponent(version)}`) +
  (action === 'metadata' ? '' : `/${action}`);

/** Not by `pipeline`, which would end the client's connection before it had its answer. */
const send = (body: Readable | undefined, upstream: ClientRequest): void => {
  if (body === undefined) {
    upstream.end();
    return;
  }
  let size = 0;
  body.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size <= bodyLimit) return;
    body.unpipe(upstream);
    body.pause();
    upstream.destroy(tooLarge());
  });
  body.pipe(upstream);
};

const refuseOtherVersion = ({ model, version, environment }: ModelCall, backend: Backend): void => {
  if (version === undefined || version === String(backend.version)) return;
  throw new SluiceError(
    'not_found',
    `${environment} serves version ${backend.version} of ${model}, and not ${version}.`,
  );
};

const refuseLargeBody = (request: FastifyRequest): void => {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw tooLarge();
};

const tooLarge = (): SluiceError =>
  new SluiceError('too_large', `A request may have ${bodyLimit / 1024 / 1024} MiB at most.`);

const notServed = (lane: Lane): SluiceError =>
  new SluiceError('unavailable', `${lane.key.model} ${lane.trouble ?? 'is being started'}.`);

const failureOf = (cause: Error): SluiceError =>
  cause instanceof SluiceError
    ? cause
    : new SluiceError(
        'unavailable',
        'The model server went away before it answered; whether it had taken the request is not known.',
        { cause },
      );
