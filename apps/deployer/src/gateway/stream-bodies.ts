import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * Hands bodies to the handlers as the streams they are. Nobody here reads one: they go on to model servers, and
 * a client without a valid key has nothing read of what it sends.
 * To be called after `app.init()`, which sets up parsers that read bodies whole.
 */
export const streamBodies = (app: NestFastifyApplication): void => {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
};
