import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import type { FastifyRequest } from 'fastify';

export const etagOf = (revision: number): string => `"${revision}"`;

/** The entity tags a caller insists on, or null if it insists on none. */
export type Precondition = readonly string[] | null;

/** @throws SluiceError `invalid_request` for a header that no grammar allows */
export const readIfMatch = (_: unknown, context: ExecutionContext): Precondition => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined || header.trim() === '*') return null;
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(?:W\/)?"[\x21\x23-\x7e]*"$/.test(tag)))
    throw new SluiceError(
      'invalid_request',
      'If-Match is expected to be an ETag as it was given, such as "3" with its quotes.',
    );
  return tags;
};

/** What the caller read before deciding, by ETag (RFC 9110, 13.1.1). */
export const IfMatch = createParamDecorator(readIfMatch);

/** A weak tag never matches here, as the RFC has it. @throws SluiceError `precondition_failed` */
export const assertRevision = (precondition: Precondition, revision: number): void => {
  if (precondition === null || precondition.includes(etagOf(revision))) return;
  throw new SluiceError(
    'precondition_failed',
    `It is at revision ${revision} by now. Read it again before you decide.`,
  );
};
