import { join } from 'node:path';
import type { RegistryClient } from '@sluice/client';
import type { Digest, Evaluation, Promotion, Version } from '@sluice/contracts';
import { example } from './stack.js';

/** A policy that every model of the example passes, so that a test can release them in any order. */
export const lenientPolicy = `version: 1
model: credit-risk
task: binary-classification
artifact: model.onnx
data: { evaluation: data/holdout.parquet }
columns:
  label: credit
  favorable: good
  protected: [{ name: age_group, privileged: over_25 }]
checks:
  - { metric: roc_auc, at_least: 0.70 }
  - { metric: demographic_parity_ratio, by: age_group, at_least: 0.10 }
`;

export const registerHoldout = async (ci: RegistryClient): Promise<Digest> =>
  (
    await ci.registerDataset({
      path: join(example, 'data/holdout.parquet'),
      name: 'data/holdout.parquet',
    })
  ).digest;

export const registerModel = async (
  ci: RegistryClient,
  file: string,
  commit: string,
): Promise<Version> => {
  await ci.ensureModel('credit-risk');
  return ci.registerVersion({
    model: 'credit-risk',
    modelPath: join(example, file),
    author: 'alice',
    source: { commit },
  });
};

export const requestEvaluation = async (
  ci: RegistryClient,
  version: Version,
  policy = lenientPolicy,
): Promise<Evaluation> =>
  ci.requestEvaluation({
    model: version.model,
    version: version.number,
    policy,
    datasets: { evaluation: await registerHoldout(ci) },
  });

/** Asks for a promotion and, where it needs one, gives the approval. Returns while the rollout is still under way. */
export const beginPromotion = async (
  ci: RegistryClient,
  approver: RegistryClient,
  version: Version,
  environment: string,
): Promise<Promotion> => {
  const promotion = await ci.requestPromotion({
    model: version.model,
    version: version.number,
    environment,
  });
  return promotion.state === 'awaiting_approval'
    ? approver.approvePromotion(promotion.id)
    : promotion;
};
