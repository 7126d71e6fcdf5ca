import { problemSchema } from '@sluice/contracts';
import { controllers } from '../controllers.js';
import { openapiDocument } from '../openapi/openapi-document.js';
import { routesOf, type Route } from '../openapi/routes.js';

/** What the registry answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into bodies of all shapes; what they look at was checked against its schema before.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

const routes = routesOf(controllers);
const document = openapiDocument(controllers) as {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
};

const routeOf = (method: string, path: string): Route | undefined =>
  routes
    .filter((route) => route.method === method)
    .find((route) =>
      new RegExp(`^/api/v1${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );

/** Holds every answer that a test gets against what the API's document promises. */
export const checkAnswer = (method: string, url: string, answer: Answer): void => {
  const path = url.split('?')[0] ?? url;
  const route = routeOf(method, path);
  if (answer.status >= 400 && method !== 'HEAD') {
    const problem = problemSchema.strict().parse(answer.body);
    if (problem.status !== answer.status) throw new Error('The problem has another status.');
    if (!answer.headers.get('content-type')?.startsWith('application/problem+json'))
      throw new Error('A problem came as something else.');
  }
  if (route === undefined) return;
  const promised = document.paths[`/api/v1${route.path}`]?.[method.toLowerCase()]?.responses ?? {};
  if (!(answer.status in promised))
    throw new Error(`${method} ${path} answered ${answer.status}, which its document leaves out.`);
  if (answer.status >= 400) return;
  route.operation.response?.parse(answer.body);
  if (route.operation.location !== undefined && answer.headers.get('location') === null)
    throw new Error(`${method} ${path} gave no Location.`);
  if (route.operation.revision !== undefined && answer.headers.get('etag') === null)
    throw new Error(`${method} ${path} gave no ETag.`);
};
