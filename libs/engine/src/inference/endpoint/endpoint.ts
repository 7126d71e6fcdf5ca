import { SluiceError } from '@sluice/contracts';
import { JsonClient, type ClientLimits } from './json-client.js';

/** What an endpoint speaks: the Open Inference Protocol v2, or MLflow's `/invocations`. */
export const endpointProtocols = ['oip', 'mlflow'] as const;
export type EndpointProtocol = (typeof endpointProtocols)[number];

/**
 * A model that runs elsewhere. Only a person may name one: a policy may come from a pull request, and must not decide
 * where rows and a token are sent, nor make a service call addresses of its network.
 */
export interface EndpointSource {
  /** For `oip` that of the model, `…/v2/models/NAME`; for `mlflow` that of the server. */
  readonly url: string;
  readonly protocol: EndpointProtocol;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  /** The labels in the order of two scores a row, which neither protocol tells. */
  readonly classes?: readonly string[] | undefined;
  readonly limits?: Partial<ClientLimits>;
}

/** An endpoint whose address was found to be one. */
export interface Endpoint {
  readonly protocol: EndpointProtocol;
  readonly client: JsonClient;
  /** Where requests are posted to. */
  readonly inferUrl: string;
  /** Where an `oip` endpoint describes its model. */
  readonly modelUrl: string;
  readonly classes: readonly string[] | null;
}

/** @throws SluiceError `invalid_request` for what is no address of an endpoint */
export const endpointOf = (source: EndpointSource, signal: AbortSignal | undefined): Endpoint => {
  const url = addressOf(source);
  const base = url.href.replace(/\/+$/, '');
  const { protocol, token, classes = null, limits } = source;
  const client = new JsonClient(base, token, signal, limits);
  if (protocol === 'mlflow') {
    const inferUrl = base.endsWith('/invocations') ? base : `${base}/invocations`;
    return { protocol, client, classes, inferUrl, modelUrl: base };
  }
  const modelUrl = base.replace(/\/infer$/, '');
  if (!/\/v2\/models\/[^/]+(\/versions\/[^/]+)?$/.test(modelUrl))
    throw refused(source.url, 'that of a model, such as http://127.0.0.1:8080/v2/models/NAME');
  return { protocol, client, classes, inferUrl: `${modelUrl}/infer`, modelUrl };
};

const addressOf = ({ url: text, token }: EndpointSource): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw refused(text, 'an address that starts with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw refused(`${url.protocol}//…@${url.host}`, 'one without a password; give a token instead');
  if (url.search !== '' || url.hash !== '') throw refused(text, 'one without ? and #');
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (token !== undefined && url.protocol === 'http:' && !isLocal)
    throw refused(text, 'https, since a token is sent, which http would show to anyone on the way');
  return url;
};

const refused = (found: string, expected: string): SluiceError =>
  new SluiceError('invalid_request', 'The address of the endpoint cannot be used.', {
    faults: [{ message: 'the address of the endpoint cannot be used', found, expected }],
  });
