import { Injectable } from '@nestjs/common';
import { subjects, type Digest, type EvaluateJob } from '@sluice/contracts';
import { Outbox } from '@sluice/platform';
import type { EntityManager } from 'typeorm';
import { DatasetStore } from '../datasets/dataset.store.js';
import { VersionStore } from '../versions/version.store.js';
import type { EvaluationEntity } from './evaluation.entity.js';
import { EvaluationStore } from './evaluation.store.js';

type Asked = Pick<
  EvaluationEntity,
  | 'id'
  | 'model'
  | 'version'
  | 'champion'
  | 'datasetDigest'
  | 'referenceDigest'
  | 'policy'
  | 'policyDigest'
>;

/** Asks the evaluator for an evaluation. Asking again is harmless: the evaluation's id makes it one. */
@Injectable()
export class EvaluationJob {
  constructor(
    private readonly outbox: Outbox,
    private readonly versions: VersionStore,
    private readonly datasets: DatasetStore,
    private readonly evaluations: EvaluationStore,
  ) {}

  /** Asks again for what nothing was heard of: the message, or its answer, may be lost. */
  async resendSilent(transaction: EntityManager, seconds: number): Promise<number> {
    const silent = await this.evaluations.takeSilent(transaction, seconds);
    for (const evaluation of silent) await this.send(transaction, evaluation);
    return silent.length;
  }

  async send(transaction: EntityManager, evaluation: Asked): Promise<void> {
    const job: EvaluateJob = {
      evaluation: evaluation.id,
      version: await this.artifactOf(transaction, evaluation.model, evaluation.version),
      champion:
        evaluation.champion === null
          ? null
          : await this.artifactOf(transaction, evaluation.model, evaluation.champion),
      dataset: await this.datasetOf(transaction, evaluation.datasetDigest),
      ...(evaluation.referenceDigest === null
        ? {}
        : { reference: await this.datasetOf(transaction, evaluation.referenceDigest) }),
      policy: evaluation.policy,
      policyDigest: evaluation.policyDigest,
    };
    await this.outbox.add(transaction, subjects.evaluateJob, `evaluations/${evaluation.id}`, job);
  }

  private async datasetOf(
    transaction: EntityManager,
    wanted: Digest,
  ): Promise<EvaluateJob['dataset']> {
    const { digest, format, manifest } = await this.datasets.get(wanted, transaction);
    return { digest, format, ...(manifest === null ? {} : { manifest }) };
  }

  private async artifactOf(
    transaction: EntityManager,
    model: string,
    number: number,
  ): Promise<EvaluateJob['version']> {
    const version = await this.versions.get(model, number, transaction);
    return { version: number, digest: version.artifactDigest, manifest: version.artifact };
  }
}
