import { afterEach, describe, expect, it } from '@jest/globals';
import { predict, type InferenceRequest } from './predict.js';
import { answer, ScriptedServer, type Step } from './scripted-server.fixture.js';

const digest = `sha256:${'b'.repeat(64)}`;
const request: InferenceRequest = {
  inputs: [{ name: 'age', shape: [1, 1], datatype: 'FP32', data: [23] }],
};
const response = {
  model_name: 'credit',
  model_version: '3',
  outputs: [{ name: 'label', shape: [1], datatype: 'BYTES', data: ['good'], parameters: {} }],
};
let server: ScriptedServer;
const ask = async (...steps: Step[]) => {
  server = new ScriptedServer(...steps);
  const url = `${await server.start()}/production`;
  return predict({ url, apiKey: 'k', model: 'credit', request, retry: { firstDelayMs: 1 } });
};
afterEach(() => server.stop());

describe('predict', () => {
  it('says what answered, and asks again while the gateway switches', async () => {
    const good = answer(200, response, { 'x-sluice-artifact-digest': digest });
    await expect(ask(answer(503), good)).resolves.toEqual({
      response,
      artifactDigest: digest,
      version: '3',
    });
    expect(server.received[1]?.path).toBe('/production/v2/models/credit/infer');
    expect(JSON.parse(String(server.received[1]?.body))).toEqual(request);
  });

  it('quotes the error of a server that speaks only the protocol', async () => {
    await expect(ask(answer(400, { error: 'unexpected input agee' }))).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('unexpected input agee') as unknown,
    });
  });

  it.each([
    ['another document', answer(200, { predictions: [] })],
    ['a malformed digest', answer(200, response, { 'x-sluice-artifact-digest': 'latest' })],
  ])('refuses %s', async (_what, step) => {
    await expect(ask(step)).rejects.toMatchObject({ code: 'internal' });
  });
});
