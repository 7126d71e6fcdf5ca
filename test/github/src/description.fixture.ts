import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';

interface Operation {
  method: string;
  path: string;
  requestBody: Record<string, unknown>;
  responses: Record<string, Record<string, unknown>>;
}
interface Description {
  operations: Record<string, Operation>;
}

const description = JSON.parse(
  readFileSync(new URL('../github-description.json', import.meta.url), 'utf8'),
) as Description;
const ajv = new Ajv({ strict: false, allErrors: true, formats: { timestamp: true } });
// Its types describe a CommonJS module; under ESM the function is its default export.
(addFormatsModule as unknown as (ajv: Ajv) => void)(ajv);
ajv.addSchema(description, 'github');

const pattern = (path: string): RegExp =>
  new RegExp(`^${path.replace('/{path}', '(/.*)?').replace(/\{\w+\}/g, '[^/]+')}$`);

/** The operation of GitHub's description that a request is about. */
const operationOf = (method: string, path: string): [string, Operation] | undefined =>
  Object.entries(description.operations).find(
    ([, operation]) => operation.method === method && pattern(operation.path).test(path),
  );

/**
 * What is wrong with an answer according to GitHub's own description; empty when nothing is.
 * The description lists no 401, no 5xx and no limits, which all operations share.
 */
export const deviations = (
  method: string,
  path: string,
  status: number,
  body: unknown,
  type = 'application/json',
): string[] => {
  const found = operationOf(method, path);
  if (found === undefined) return [`GitHub describes no ${method} ${path}`];
  const [id, operation] = found;
  const schemas = operation.responses[String(status)];
  const shared = [401, 403, 422, 429].includes(status) || status >= 500;
  if (schemas === undefined && !shared) return [`${id} never answers ${status}`];
  const pointer = ['operations', id, 'responses', String(status), type];
  const reference =
    schemas?.[type] === undefined
      ? 'github#/schemas/basic-error'
      : `github#/${pointer.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  const validate = ajv.compile({ $ref: reference });
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    (error) => `${id} ${status}${error.instancePath} ${error.message}`,
  );
};
