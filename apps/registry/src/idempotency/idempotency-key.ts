import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import type { FastifyRequest } from 'fastify';

/** @throws SluiceError `invalid_request` */
export const readIdempotencyKey = (_: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x20-\x7e]{1,200}$/.test(key))
    throw new SluiceError(
      'invalid_request',
      'Idempotency-Key is expected to be 1 to 200 printable ASCII characters.',
    );
  return key;
};

/** The name under which a create may be repeated without being done twice. */
export const IdempotencyKey = createParamDecorator(readIdempotencyKey);
