import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { predict, type InferenceRequest, type RetryOptions } from '@sluice/client';
import type { Digest } from '@sluice/contracts';
import { expect } from './expectation.js';
import { example } from './paths.js';

/** What production says about the applicant in request.json, and which artifact said so. */
export interface Answer {
  label: string;
  good: number;
  version: string;
  artifactDigest: Digest;
}

export const applicant = JSON.parse(
  readFileSync(join(example, 'request.json'), 'utf8'),
) as InferenceRequest;

/** @throws ExpectationFailed when the answer is not one of these models' */
export const askProduction = async (
  gatewayUrl: string,
  apiKey: string,
  options: { retry?: Partial<RetryOptions>; signal?: AbortSignal } = {},
): Promise<Answer> => {
  const { response, artifactDigest, version } = await predict({
    url: `${gatewayUrl}/production`,
    apiKey,
    model: 'credit-risk',
    request: applicant,
    ...options,
  });
  const output = (name: string): unknown[] =>
    response.outputs.find((one) => one.name === name)?.data ?? [];
  const [label] = output('label');
  // The order of the example's classes: bad, good.
  const [, good] = output('probabilities');
  expect(
    typeof label === 'string' && typeof good === 'number' && artifactDigest !== null,
    `The gateway's answer has no label, probability or artifact digest: ${JSON.stringify(response)}`,
  );
  return { label, good, version: version ?? '', artifactDigest };
};

/** Enough of a digest to tell two apart by eye. */
export const short = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);
