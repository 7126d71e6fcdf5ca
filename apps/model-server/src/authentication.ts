import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '@sluice/contracts';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served to anybody. A route that does not say so needs the token: there is no list to forget one in. */
    public?: boolean;
  }
}

/**
 * Makes the check that runs before every request, of routes that do not exist too.
 *
 * @param token null if a platform in front authenticates
 */
export const authenticationOf = (token: string | null): ((request: FastifyRequest) => void) => {
  if (token === null) return () => undefined;
  const expected = digestOf(token);
  return (request) => {
    if (request.routeOptions.config?.public === true) return;
    const given = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    // Equal lengths whatever was sent, so that neither the time taken nor an exception tells anything.
    if (given === undefined || !timingSafeEqual(digestOf(given), expected)) {
      throw new SluiceError('unauthenticated', 'a valid bearer token is needed');
    }
  };
};

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
