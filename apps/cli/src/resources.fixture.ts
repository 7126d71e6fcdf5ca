import {
  digestOfBytes,
  digestOfDocument,
  type AuditEntry,
  type Champion,
  type Deployment,
  type Model,
  type Promotion,
  type Version,
} from '@sluice/contracts';

/** Resources as a registry with one model, two versions and a promotion under way would hold them. */
const at = '2026-03-01T09:30:00.000Z';
export const promotionId = '0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55';
export const evaluationId = '0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c56';
export const oldArtifact = digestOfBytes('old');
export const newArtifact = digestOfBytes('new');

export const model: Model = {
  name: 'credit-risk',
  description: 'Who pays back',
  latestVersion: 2,
  createdAt: at,
  createdBy: 'ci',
};

export const version = (own: Partial<Version> = {}): Version => ({
  model: 'credit-risk',
  number: 2,
  artifactDigest: newArtifact,
  artifact: { files: [{ path: 'model.onnx', digest: digestOfBytes('file'), size: 4 }] },
  signature: { inputs: [], outputs: [] },
  author: 'carol',
  source: { repository: 'acme/credit-risk', commit: 'ab12cd34ef', pullRequest: 2 },
  description: '',
  createdAt: at,
  createdBy: 'ci',
  ...own,
});

export const promotion = (own: Partial<Promotion> = {}): Promotion => ({
  id: promotionId,
  model: 'credit-risk',
  version: 2,
  artifactDigest: newArtifact,
  environment: 'production',
  from: 1,
  evaluation: evaluationId,
  verdictDigest: digestOfBytes('verdict'),
  state: 'awaiting_approval',
  approvalsNeeded: 1,
  approvals: [],
  progress: null,
  problem: null,
  revision: 1,
  createdAt: at,
  createdBy: 'ci',
  finishedAt: null,
  ...own,
});

export const champion: Champion = {
  model: 'credit-risk',
  environment: 'production',
  version: 1,
  artifactDigest: oldArtifact,
  promotion: promotionId,
  since: at,
  revision: 1,
};

export const deployment: Deployment = {
  model: 'credit-risk',
  environment: 'production',
  target: 'local',
  version: 1,
  artifactDigest: oldArtifact,
  desiredVersion: 1,
  desiredArtifactDigest: oldArtifact,
  state: 'live',
  detail: 'All traffic goes to version 1.',
  url: 'http://127.0.0.1:7300/production',
};

/** An audit trail of a given length, each entry bound to the one before. */
export const auditTrail = (length: number): AuditEntry[] => {
  const entries: AuditEntry[] = [];
  for (let position = 1; position <= length; position += 1) {
    const content = {
      position,
      at,
      actor: 'ci',
      action: 'version.created',
      subject: `models/credit-risk/versions/${position}`,
      details: {},
      previous: entries.at(-1)?.digest ?? null,
    };
    entries.push({ ...content, digest: digestOfDocument(content) });
  }
  return entries;
};
