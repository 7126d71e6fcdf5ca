import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { Roles } from '@sluice/platform';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { controllers } from '../controllers.js';
import { openapiDocument } from './openapi-document.js';

type Operation = {
  operationId: string;
  summary: string;
  security: unknown[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

const document = openapiDocument(controllers) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, path, operation] as const,
  ),
);

describe('the OpenAPI document', () => {
  it('is the one that is committed', async () => {
    const committed = await readFile(
      new URL('../../../../docs/reference/openapi.json', import.meta.url),
      'utf8',
    );
    // After a change: npm run generate
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it.each(operations)('says all there is to say about %s', (_, path, operation) => {
    expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation.summary).not.toBe('');
    expect(operation.security).toEqual([{ apiKey: [] }]);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter((one) => one.in === 'path');
    expect(declared.map(({ name }) => name)).toEqual(inPath);
    const failures = Object.entries(operation.responses).filter(([status]) => status >= '400');
    expect(failures.map(([status]) => status)).toEqual(
      expect.arrayContaining(['400', '401', '403', '421', '500']),
    );
    for (const [, { content }] of failures)
      expect(content).toHaveProperty(['application/problem+json']);
  });

  it('names each operation once', () => {
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that it does not have, and has nothing that it does not refer to', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
    expect([...new Set(references.map(([, name]) => name))].toSorted()).toEqual(
      Object.keys(document.components.schemas).toSorted(),
    );
  });

  it('has schemas that a validator of JSON Schema 2020-12 takes', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', components: document.components });
    for (const name of Object.keys(document.components.schemas))
      expect(ajv.getSchema(`openapi#/components/schemas/${name}`)).toBeDefined();
    const model = ajv.getSchema('openapi#/components/schemas/CreateModel');
    expect(model?.({ name: 'credit-risk' })).toBe(true);
    expect(model?.({ name: 'credit-risk', status: 'approved' })).toBe(false);
  });

  it('cannot be made while a route is left undescribed', () => {
    @Controller('x')
    class Undescribed {
      @Get()
      @Roles('reader')
      get(): void {}
    }
    expect(() => openapiDocument([Undescribed])).toThrow('Undescribed.get has no @Operation.');
  });
});
