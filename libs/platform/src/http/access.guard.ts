import { createHash } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { SluiceError, type Principal } from '@sluice/contracts';
import { accessKey, type Access, type AuthenticatedRequest } from './access.js';

export const AUTHENTICATOR = Symbol('AUTHENTICATOR');

/** Finds who holds the API key with this SHA-256, or null. */
export interface Authenticator {
  authenticate(sha256: string): Promise<Principal | null>;
}

/** The one gate before every HTTP route: default deny, by role. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(AUTHENTICATOR) private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Queries over NATS are behind the broker's own credentials.
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const principal = await authenticateBearer(request.headers.authorization, this.authenticator);
    if (access === undefined || !access.some((role) => principal.roles.includes(role)))
      throw new SluiceError('forbidden', refusal(principal, access));
    request.principal = principal;
    return true;
  }
}

/** @throws SluiceError `unauthenticated` */
export const authenticateBearer = async (
  header: string | undefined,
  authenticator: Authenticator,
): Promise<Principal> => {
  const secret = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header ?? '')?.[1];
  if (secret === undefined)
    throw new SluiceError('unauthenticated', 'Send an API key: Authorization: Bearer slk_….');
  const principal = await authenticator.authenticate(
    createHash('sha256').update(secret).digest('hex'),
  );
  if (principal === null)
    throw new SluiceError('unauthenticated', 'That API key is not known, or was revoked.');
  return principal;
};

const refusal = (principal: Principal, access: readonly string[] | undefined): string =>
  access === undefined
    ? 'This route is closed to everybody.'
    : `${principal.name} has the roles ${principal.roles.join(', ')}; this needs ${access.join(' or ')}.`;
