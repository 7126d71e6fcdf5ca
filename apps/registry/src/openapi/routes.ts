import { RequestMethod, type Type } from '@nestjs/common';
import {
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
} from '@nestjs/common/internal';
import type { Role } from '@sluice/contracts';
import { accessKey } from '@sluice/platform';
import type { z } from 'zod';
import { readIfMatch } from '../http/if-match.js';
import { operationKey, type OperationOptions } from '../http/operation.js';
import { readIdempotencyKey } from '../idempotency/idempotency-key.js';

/** A route as its decorators have it: there is no second description that could differ. */
export interface Route {
  readonly method: string;
  /** With parameters as `{name}`, below the API's prefix. */
  readonly path: string;
  readonly tag: string;
  readonly roles: readonly Role[];
  readonly operation: OperationOptions;
  readonly body: z.ZodType | undefined;
  readonly query: z.ZodObject | undefined;
  readonly parameters: Readonly<Record<string, z.ZodType>>;
  readonly takesIdempotencyKey: boolean;
  readonly takesIfMatch: boolean;
}

interface Argument {
  readonly kind: number;
  readonly data?: unknown;
  readonly schema?: z.ZodType;
  readonly factory?: unknown;
}

/** @throws Error for a route that nobody described, or that lets in nobody */
export const routesOf = (controllers: readonly Type[]): Route[] =>
  controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype)
      .filter((name) => {
        const member: unknown = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
        return typeof member === 'function' && Reflect.hasMetadata(METHOD_METADATA, member);
      })
      .map((name) => routeOf(controller, name)),
  );

const routeOf = (controller: Type, name: string): Route => {
  const handler = (controller.prototype as Record<string, object>)[name] as object;
  const where = `${controller.name}.${name}`;
  const operation = Reflect.getMetadata(operationKey, handler) as OperationOptions | undefined;
  if (operation === undefined) throw new Error(`${where} has no @Operation.`);
  const access = Reflect.getMetadata(accessKey, handler) as readonly Role[] | 'public' | undefined;
  if (!Array.isArray(access)) throw new Error(`${where} has no @Roles.`);
  const found = argumentsOf(controller, name);
  const path = joined(
    Reflect.getMetadata(PATH_METADATA, controller) as string,
    Reflect.getMetadata(PATH_METADATA, handler) as string,
  );
  return {
    method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] as string,
    path,
    tag: path.split('/')[1] as string,
    roles: access as readonly Role[],
    operation,
    body: found.find(({ kind }) => kind === RouteParamtypes.BODY)?.schema,
    query: found.find(({ kind }) => kind === RouteParamtypes.QUERY)?.schema as
      z.ZodObject | undefined,
    parameters: Object.fromEntries(
      found
        .filter(({ kind }) => kind === RouteParamtypes.PARAM)
        // As they stand in the path.
        .toSorted(
          (a, b) => path.indexOf(`{${String(a.data)}}`) - path.indexOf(`{${String(b.data)}}`),
        )
        .map(({ data, schema }) => {
          if (schema === undefined)
            throw new Error(`${where} takes ${String(data)} without schema.`);
          return [String(data), schema];
        }),
    ),
    takesIdempotencyKey: found.some(({ factory }) => factory === readIdempotencyKey),
    takesIfMatch: found.some(({ factory }) => factory === readIfMatch),
  };
};

const argumentsOf = (controller: Type, name: string): Argument[] => {
  const metadata = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
    string,
    Omit<Argument, 'kind'>
  >;
  // Nest's own keys are `<kind>:<index>`; those of custom decorators begin with something else.
  return Object.entries(metadata).map(([key, argument]) => ({
    ...argument,
    kind: /^\d+:/.test(key) ? Number.parseInt(key, 10) : -1,
  }));
};

const joined = (...parts: readonly string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `{${part.slice(1)}}` : part))
    .join('/')}`;
