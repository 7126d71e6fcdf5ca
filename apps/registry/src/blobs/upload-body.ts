import { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import type { FastifyRequest } from 'fastify';
import type { Upload } from './blob.js';

/** @throws SluiceError `unsupported_media_type`, or `invalid_request` when no length was announced */
export const readUpload = (_: unknown, context: ExecutionContext): Upload => {
  const { headers, body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!/^application\/octet-stream\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw new SluiceError(
      'unsupported_media_type',
      'Send the bytes as they are: Content-Type: application/octet-stream.',
    );
  const length = headers['content-length'];
  // Without it, a connection that breaks looks like the end of the bytes.
  if (length === undefined || !/^\d{1,15}$/.test(length))
    throw new SluiceError(
      'invalid_request',
      'Announce the length of the bytes: Content-Length is missing.',
    );
  return { bytes: body instanceof Readable ? body : Readable.from([]), size: Number(length) };
};

/** The raw body of the request, as it comes. */
export const UploadBody = createParamDecorator(readUpload);
