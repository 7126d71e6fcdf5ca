import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  championEnvironment,
  policyDigest,
  SluiceError,
  type CreateEvaluation,
  type Evaluation,
  type EvaluationSummary,
  type Page,
  type Policy,
  type Principal,
} from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { EnvironmentStore } from '../environments/environment.store.js';
import type { JsonParts } from '../http/json-parts.js';
import { Creations } from '../idempotency/creations.js';
import { pageFrom } from '../pages/page-cursor.js';
import { EvaluationJob } from './evaluation-job.js';
import {
  toSummary,
  withoutVerdict,
  withVerdict,
  type EvaluationEntity,
} from './evaluation.entity.js';
import { EvaluationStore, type EvaluationQuery } from './evaluation.store.js';
import { policyForModel } from './policy-for-model.js';

@Injectable()
export class EvaluationsService {
  constructor(
    private readonly store: EvaluationStore,
    private readonly environments: EnvironmentStore,
    private readonly job: EvaluationJob,
    private readonly creations: Creations,
  ) {}

  /** @throws SluiceError `invalid_policy` or `not_found` */
  create(
    principal: Principal,
    wish: CreateEvaluation,
    key: string | undefined,
  ): Promise<Evaluation> {
    const attempt = { principal, route: 'POST /evaluations', body: wish, key };
    const readPolicy = async () => {
      const environments = await this.environments.list();
      const policy = policyForModel(
        wish.policy,
        wish.model,
        environments.map(({ name }) => name),
      );
      requireReference(policy, wish);
      return policy;
    };
    return this.creations.once(attempt, readPolicy, async (transaction, policy) => {
      const row = await this.bind(transaction, principal, wish, policy);
      // First, because it finds out whether the version and the dataset exist.
      await this.job.send(transaction, row);
      await this.store.add(transaction, row);
      const event = {
        actor: principal.name,
        action: 'evaluation.created',
        subject: `evaluations/${row.id}`,
        details: {
          model: row.model,
          version: row.version,
          champion: row.champion,
          dataset: row.datasetDigest,
          ...(row.referenceDigest === null ? {} : { reference: row.referenceDigest }),
          policy: row.policyDigest,
        },
      };
      return { result: withoutVerdict(row), events: [event] };
    });
  }

  async list(query: EvaluationQuery): Promise<Page<EvaluationSummary>> {
    const rows = await this.store.list(query);
    return pageFrom(rows, query, ({ position }) => position, toSummary);
  }

  /** The verdict in it is not read here, however large it is. @throws SluiceError `not_found` */
  async get(id: string): Promise<Evaluation | JsonParts> {
    const row = await this.store.get(id);
    if (row.state !== 'succeeded') return withoutVerdict(row);
    // Read after its state and still the same: one that succeeded never changes.
    return withVerdict(row, await this.store.verdict(id));
  }

  /** Fixes what will be compared with what: a champion that changes later makes the verdict stale, not different. */
  private async bind(
    transaction: EntityManager,
    principal: Principal,
    wish: CreateEvaluation,
    policy: Policy,
  ): Promise<Omit<EvaluationEntity, 'position'>> {
    const champion = await this.environments.champion(
      wish.model,
      championEnvironment(policy),
      transaction,
    );
    return {
      id: randomUUID(),
      model: wish.model,
      version: wish.version,
      champion: champion?.version ?? null,
      championDigest: champion?.artifactDigest ?? null,
      datasetDigest: wish.datasets.evaluation,
      referenceDigest: wish.datasets.reference ?? null,
      policyText: wish.policy,
      policy,
      policyDigest: policyDigest(policy),
      state: 'queued',
      progress: null,
      outcome: null,
      verdictDigest: null,
      failedChecks: null,
      problem: null,
      cancellation: null,
      createdAt: new Date(),
      createdBy: principal.name,
      finishedAt: null,
    };
  }
}

/** Drift against nothing, or against a table that the policy doesn't know of, is not what anybody asked for. */
const requireReference = ({ data }: Policy, { datasets }: CreateEvaluation): void => {
  const given = datasets.reference !== undefined;
  if (given === (data.reference !== undefined)) return;
  const message = given
    ? 'the policy names no data.reference, and a dataset is given for one'
    : `the policy measures drift against ${data.reference}, and no dataset is given for it`;
  throw new SluiceError('invalid_request', `The datasets don't fit the policy: ${message}.`, {
    faults: [
      {
        path: 'datasets.reference',
        message,
        expected: given ? 'no reference' : 'the digest of a registered dataset',
      },
    ],
  });
};
