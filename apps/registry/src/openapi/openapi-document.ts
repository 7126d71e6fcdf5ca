import type { Type } from '@nestjs/common';
import { errorCodes, problemSchema, type ErrorCode } from '@sluice/contracts';
import type { z } from 'zod';
import { apiPrefix } from '../http/api-prefix.js';
import { routesOf, type Route } from './routes.js';
import { SchemaComponents } from './schema-components.js';

type Json = Record<string, unknown>;

/** What any route may answer, whatever it is about. */
const everywhere: readonly ErrorCode[] = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'misdirected_request',
  'internal',
  'unavailable',
];

/** The OpenAPI 3.1 document of these controllers, made of their decorators and schemas. */
export const openapiDocument = (controllers: readonly Type[]): Json => {
  const routes = routesOf(controllers);
  const responses = routes.flatMap(({ operation }) => operation.response ?? []);
  const components = new SchemaComponents([...responses, problemSchema]);
  const paths: Record<string, Json> = {};
  for (const route of routes)
    (paths[`/${apiPrefix}${route.path}`] ??= {})[route.method.toLowerCase()] = operationOf(
      route,
      components,
    );
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version: '1',
      description: 'The gate between a model pull request and production.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: slk_…' },
      },
      schemas: components.schemas,
    },
  };
};

const operationOf = (route: Route, components: SchemaComponents): Json => {
  const { operation } = route;
  const parameters = parametersOf(route, components);
  return {
    operationId: operation.id,
    tags: [route.tag],
    summary: operation.summary,
    description: [operation.description, `Roles: ${route.roles.join(', ')}.`]
      .filter((part) => part !== undefined)
      .join('\n\n'),
    security: [{ apiKey: [] }],
    'x-roles': route.roles,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBodyOf(route, components),
    responses: { ...successesOf(route, components), ...failuresOf(route, components) },
  };
};

const parametersOf = (route: Route, components: SchemaComponents): Json[] => [
  ...Object.entries(route.parameters).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: components.input(schema),
  })),
  ...Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: components.input(schema as z.ZodType),
  })),
  ...(route.takesIdempotencyKey
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'The same key with the same request is answered the same, and done once',
          schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x20-\\x7e]+$' },
        },
      ]
    : []),
  ...(route.takesIfMatch
    ? [
        {
          name: 'If-Match',
          in: 'header',
          required: false,
          description: 'The ETag that was read before deciding',
          schema: { type: 'string' },
        },
      ]
    : []),
];

const requestBodyOf = ({ operation, body }: Route, components: SchemaComponents): Json => {
  if (operation.consumes !== undefined)
    return { requestBody: { required: true, content: { [operation.consumes]: {} } } };
  if (body === undefined) return {};
  return {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: components.input(body) } },
    },
  };
};

const successesOf = ({ operation }: Route, components: SchemaComponents): Json => {
  const response = { ...headersOf(operation), ...contentOf(operation, components) };
  return {
    [operation.status]: { description: operation.summary, ...response },
    ...(operation.mayBeThere === true
      ? { 200: { description: 'It was there already', ...response } }
      : {}),
  };
};

const headersOf = ({ location, revision }: Route['operation']): Json => {
  const header = (description: string): Json => ({ description, schema: { type: 'string' } });
  if (location === undefined && revision === undefined) return {};
  return {
    headers: {
      ...(location === undefined ? {} : { Location: header('Where it is found') }),
      ...(revision === undefined ? {} : { ETag: header('Its revision') }),
    },
  };
};

const contentOf = (
  { response, content }: Route['operation'],
  components: SchemaComponents,
): Json => {
  if (response !== undefined)
    return { content: { 'application/json': { schema: components.output(response) } } };
  if (content === 'application/octet-stream') return { content: { [content]: {} } };
  if (content === 'none') return {};
  throw new Error('An operation says neither what it answers nor that it answers nothing.');
};

const failuresOf = (route: Route, components: SchemaComponents): Json => {
  const codes = new Set<ErrorCode>([...everywhere, ...(route.operation.errors ?? [])]);
  if (route.body !== undefined || route.operation.consumes !== undefined)
    codes.add('unsupported_media_type').add('too_large');
  if (route.takesIdempotencyKey) codes.add('idempotency_mismatch');
  if (route.takesIfMatch) codes.add('precondition_failed');
  const statuses = new Set([...codes].map((code) => errorCodes[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      {
        description: [...codes]
          .filter((code) => errorCodes[code].status === status)
          .map((code) => `\`${code}\`: ${errorCodes[code].title}`)
          .join('. '),
        content: { 'application/problem+json': { schema: components.output(problemSchema) } },
      },
    ]),
  );
};
