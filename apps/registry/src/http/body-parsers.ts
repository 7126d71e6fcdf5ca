import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SluiceError } from '@sluice/contracts';
import { apiPrefix } from './api-prefix.js';

/** JSON everywhere, and raw bytes for blobs, which are handed on as a stream and never held in memory. */
export const setBodyParsers = (app: NestFastifyApplication): void => {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeContentTypeParser('text/plain');
  // Forms are what a foreign page can send without asking; Nest would read them.
  app.useBodyParser('application/x-www-form-urlencoded', {}, (_request, _body, done) =>
    done(new SluiceError('unsupported_media_type', 'Send JSON: Content-Type: application/json.')),
  );
  fastify.addContentTypeParser('application/octet-stream', (request, payload, done) => {
    if (request.routeOptions.url?.startsWith(`/${apiPrefix}/blobs/`)) done(null, payload);
    else
      done(new SluiceError('unsupported_media_type', 'Send JSON: Content-Type: application/json.'));
  });
};
