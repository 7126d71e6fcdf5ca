import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { predict, type InferenceRequest, type RegistryClient } from '@sluice/client';
import type { AuditEntry, Version } from '@sluice/contracts';
import { beginPromotion, registerModel, requestEvaluation } from './release.js';
import { example, Stack, until } from './stack.js';

const request = JSON.parse(readFileSync(join(example, 'request.json'), 'utf8')) as InferenceRequest;

describe('kill -9 during the main job', () => {
  let stack: Stack;
  let ci: RegistryClient;
  let maria: RegistryClient;

  beforeAll(async () => {
    stack = await Stack.start();
    ci = await stack.machine('ci', 'contributor', 'reader', 'predictor');
    maria = await stack.person('maria', 'approver', 'reader');
  }, 120_000);
  afterAll(() => stack?.stop());

  const audit = async (): Promise<AuditEntry[]> => {
    const entries: AuditEntry[] = [];
    for await (const entry of stack.admin.audit()) entries.push(entry);
    return entries;
  };

  it.each([
    ['evaluator', 'model.onnx'],
    ['registry', 'proposals/fair.onnx'],
    ['deployer', 'proposals/more-accurate.onnx'],
    ['postgres', 'model.onnx'],
    ['nats', 'proposals/fair.onnx'],
  ] as const)(
    'of %s: the job ends as it should, nothing lost or done twice',
    async (service, file) => {
      const version: Version = await registerModel(
        ci,
        file,
        createHash('sha1').update(service).digest('hex'),
      );

      const asked = await requestEvaluation(ci, version);
      stack.kill(service);
      const evaluation = await stack.explained(() =>
        ci.waitForEvaluation(asked.id, { timeoutMs: 90_000 }),
      );
      expect(evaluation).toMatchObject({ state: 'succeeded', outcome: 'pass' });

      const promotions: string[] = [];
      for (const environment of ['staging', 'production']) {
        const { id } = await beginPromotion(ci, maria, version, environment);
        promotions.push(id);
        if (environment === 'production') stack.kill(service);
        const promotion = await stack.explained(() =>
          ci.waitForPromotion(id, { timeoutMs: 90_000 }),
        );
        expect(promotion).toMatchObject({ state: 'succeeded', problem: null });
      }

      // The champion, the deployment and an answer name the same version.
      const champion = await until(
        'the champion',
        async () => (await ci.champion('credit-risk', 'production')) ?? undefined,
      );
      expect(champion).toMatchObject({
        version: version.number,
        artifactDigest: version.artifactDigest,
      });
      const answer = await predict({
        url: `${stack.record.gatewayUrl}/production`,
        apiKey: stack.adminKey,
        model: 'credit-risk',
        request,
      });
      expect(answer.artifactDigest).toBe(version.artifactDigest);
      expect(answer.version).toBe(String(version.number));

      // Once each, in one unbroken chain.
      const entries = await audit();
      for (const subject of [
        `evaluations/${asked.id}`,
        ...promotions.map((id) => `promotions/${id}`),
      ])
        expect(
          entries.filter(
            (entry) => entry.subject === subject && /succeeded|completed/.test(entry.action),
          ),
        ).toHaveLength(1);
      const ordered = entries.toSorted((a, b) => a.position - b.position);
      ordered.forEach((entry, index) => {
        expect(entry.position).toBe(index + 1);
        expect(entry.previous).toBe(index === 0 ? null : ordered[index - 1]?.digest);
      });
    },
    240_000,
  );
});
