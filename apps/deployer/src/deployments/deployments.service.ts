import { Inject, Injectable } from '@nestjs/common';
import {
  deploymentsQuerySchema,
  SluiceError,
  type Deployment,
  type Digest,
} from '@sluice/contracts';
import type { DeploymentEntity } from '../desired-state/deployment.entity.js';
import { DeploymentStore } from '../desired-state/deployment.store.js';
import { GatewayAddress } from '../gateway/gateway-address.js';
import { Traffic, type Backend } from '../gateway/traffic.js';
import { TARGET, type Target } from '../targets/target.js';

/** Whoever asks waits two seconds for all of it. */
const answerWithinMs = 1000;

/** What is wished and what really runs, of which the latter is asked of the servers. */
@Injectable()
export class DeploymentsService {
  constructor(
    private readonly store: DeploymentStore,
    private readonly traffic: Traffic,
    private readonly address: GatewayAddress,
    @Inject(TARGET) private readonly target: Target,
  ) {}

  async list(question: unknown): Promise<{ items: Deployment[] }> {
    const query = deploymentsQuerySchema.safeParse(question);
    if (!query.success) throw new SluiceError('invalid_request', query.error.message);
    const deployments = await this.store.find(query.data);
    return { items: await Promise.all(deployments.map((deployment) => this.describe(deployment))) };
  }

  private async describe(deployment: DeploymentEntity): Promise<Deployment> {
    const { model, environment, desired, live } = deployment;
    const lane = this.traffic.find(environment, model);
    const running = await runningOf(lane?.current ?? null);
    const trouble =
      running === null && live !== null ? `${model} ${lane?.trouble ?? 'does not answer'}.` : null;
    return {
      model,
      environment,
      target: this.target.name,
      version: running?.version ?? null,
      artifactDigest: running?.digest ?? null,
      desiredVersion: desired.version,
      desiredArtifactDigest: desired.artifactDigest,
      state: trouble !== null && deployment.state === 'live' ? 'starting' : deployment.state,
      detail: [trouble, deployment.state === 'live' && trouble !== null ? null : deployment.detail]
        .filter((part) => part !== null)
        .join(' '),
      url: this.address.of(environment),
    };
  }
}

/** Null if nothing runs, or what runs does not answer. */
const runningOf = async (
  backend: Backend | null,
): Promise<{ version: number; digest: Digest } | null> => {
  if (backend === null) return null;
  try {
    const digest = await backend.server.digest(AbortSignal.timeout(answerWithinMs));
    return { version: backend.version, digest };
  } catch {
    // Not answering is the answer: it is what the question was about.
    return null;
  }
};
