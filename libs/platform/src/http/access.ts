import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Principal, Role } from '@sluice/contracts';
import type { FastifyRequest } from 'fastify';

export const accessKey = 'sluice:access';
export type Access = 'public' | readonly Role[];

/** Lets in the holders of any one of these roles. A route without this or `@Public()` lets in nobody. */
export const Roles = (...roles: [Role, ...Role[]]) => SetMetadata<string, Access>(accessKey, roles);

/** Lets in everybody. For health probes only. */
export const Public = () => SetMetadata<string, Access>(accessKey, 'public');

export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

/** Who asks. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal => {
    const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (principal === undefined)
      throw new Error('CurrentPrincipal needs a route that is not public.');
    return principal;
  },
);
