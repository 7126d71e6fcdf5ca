import { buildOnnxModel, onnxType } from '@sluice/artifacts/testing';
import {
  digestOfBytes,
  subjects,
  type Digest,
  type Evaluation,
  type Manifest,
  type Promotion,
  type Verdict,
  type Version,
} from '@sluice/contracts';
import { eventually, type TestRegistry } from './test-registry.js';

/** A tiny model that runtimes load; another seed gives other bytes. */
export const onnxModel = (seed: number): Buffer =>
  buildOnnxModel({
    inputs: [{ name: 'features', type: onnxType.FLOAT, shape: [null, 2] }],
    outputs: [{ name: 'scores', type: onnxType.FLOAT, shape: [null, 2] }],
    initializers: [{ name: 'offset', dims: [1], floats: [seed] }],
    nodes: [{ operator: 'Add', inputs: ['features', 'offset'], outputs: ['scores'] }],
  });

export const policyText = (
  model: string,
  environments = '{ staging: {}, production: { approvals: 1 } }',
): string => `version: 1
model: ${model}
task: binary-classification
artifact: model.onnx
data:
  evaluation: holdout.csv
columns:
  label: credit
  favorable: good
checks:
  - { metric: accuracy, at_least: 0.5 }
promotion:
  environments: ${environments}
`;

/** What a test needs to bring a version to the gate and through it. */
export class Gate {
  private seed = 0;

  constructor(private readonly registry: TestRegistry) {}

  async upload(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOfBytes(bytes);
    const { status } = await this.registry.call('PUT', `/blobs/${digest}`, { bytes });
    if (status >= 300) throw new Error('The upload failed.');
    return digest;
  }

  async artifact(bytes: Uint8Array = onnxModel((this.seed += 1))): Promise<Manifest> {
    return {
      files: [{ path: 'model.onnx', digest: await this.upload(bytes), size: bytes.byteLength }],
    };
  }

  async model(name: string): Promise<void> {
    await this.made('/models', { name });
  }

  async version(model: string, more: object = {}, as = 'admin'): Promise<Version> {
    const body = { artifact: await this.artifact(), ...more };
    return this.made(`/models/${model}/versions`, body, as);
  }

  async dataset(): Promise<Digest> {
    const digest = await this.upload(Buffer.from('credit\ngood\n'));
    await this.made('/datasets', { name: 'holdout.csv', digest, format: 'csv' });
    return digest;
  }

  async evaluation(
    model: string,
    version: number,
    policy = policyText(model),
  ): Promise<Evaluation> {
    const datasets = { evaluation: await this.dataset() };
    return this.made('/evaluations', { model, version, policy, datasets });
  }

  /** The verdict that an honest evaluator would give. */
  async verdict(evaluation: Evaluation, outcome: 'pass' | 'fail' = 'pass'): Promise<Verdict> {
    const { model, version, champion } = evaluation;
    return {
      schema: 'sluice/verdict/v1',
      outcome,
      subject: {
        model,
        version: await this.artifactDigest(model, version),
        champion: champion === null ? null : await this.artifactDigest(model, champion),
        datasets: evaluation.datasets,
        policy: evaluation.policyDigest,
      },
      rows: 100,
      checks: [
        {
          id: 'accuracy/at_least',
          outcome,
          severity: 'fail',
          measure: null,
          limit: { at_least: 0.5 },
          reason: 'as this test wants it',
          advice: null,
        },
      ],
      measures: [],
    };
  }

  /** An evaluation, and the evaluator's answer to it. */
  async evaluated(
    model: string,
    version: number,
    outcome: 'pass' | 'fail' = 'pass',
    policy = policyText(model),
  ): Promise<Evaluation> {
    const { id } = await this.evaluation(model, version, policy);
    const asked: Evaluation = (await this.registry.call('GET', `/evaluations/${id}`)).body;
    await this.registry.publish(subjects.evaluationCompleted, {
      evaluation: id,
      verdict: await this.verdict(asked, outcome),
    });
    return this.finishedEvaluation(id);
  }

  finishedEvaluation(id: string): Promise<Evaluation> {
    return eventually(`the end of evaluation ${id}`, async () => {
      const { body } = await this.registry.call('GET', `/evaluations/${id}`);
      return body.finishedAt !== null && (body as Evaluation);
    });
  }

  promote(model: string, version: number, environment: string): Promise<Promotion> {
    return this.made('/promotions', { model, version, environment });
  }

  /** What the deployer would say once the version serves. */
  async deployed(promotion: Promotion): Promise<Promotion> {
    await this.registry.publish(subjects.deploymentSucceeded, {
      promotion: promotion.id,
      artifactDigest: promotion.artifactDigest,
      url: 'http://127.0.0.1:1/v2',
    });
    return this.finishedPromotion(promotion.id);
  }

  finishedPromotion(id: string): Promise<Promotion> {
    return eventually(`the end of promotion ${id}`, async () => {
      const { body } = await this.registry.call('GET', `/promotions/${id}`);
      return body.finishedAt !== null && (body as Promotion);
    });
  }

  /** A version that passed and is in staging. */
  async staged(model: string, more: object = {}): Promise<Version> {
    const version = await this.version(model, more);
    await this.evaluated(model, version.number);
    await this.deployed(await this.promote(model, version.number, 'staging'));
    return version;
  }

  private async artifactDigest(model: string, number: number): Promise<Digest> {
    const { body } = await this.registry.call('GET', `/models/${model}/versions/${number}`);
    return body.artifactDigest;
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  private async made(path: string, json: unknown, as = 'admin'): Promise<any> {
    const { status, body } = await this.registry.call('POST', path, { json, as });
    if (status >= 300) throw new Error(`POST ${path}: ${JSON.stringify(body)}`);
    return body;
  }
}
