/** JetStream's two streams, and the subjects they take. Queries go over core NATS. */
export const streams = {
  events: { name: 'SLUICE_EVENTS', subjects: ['sluice.v1.event.>'] },
  jobs: { name: 'SLUICE_JOBS', subjects: ['sluice.v1.job.>'] },
} as const;

export const subjects = {
  evaluateJob: 'sluice.v1.job.evaluate',
  evaluationProgressed: 'sluice.v1.event.evaluation.progressed',
  evaluationCompleted: 'sluice.v1.event.evaluation.completed',
  evaluationFailed: 'sluice.v1.event.evaluation.failed',
  evaluationCancelled: 'sluice.v1.event.evaluation.cancelled',
  evaluationStopped: 'sluice.v1.event.evaluation.stopped',
  promotionApproved: 'sluice.v1.event.promotion.approved',
  deploymentProgressed: 'sluice.v1.event.deployment.progressed',
  deploymentSucceeded: 'sluice.v1.event.deployment.succeeded',
  deploymentFailed: 'sluice.v1.event.deployment.failed',
} as const;
export type Subject = (typeof subjects)[keyof typeof subjects];

export const queries = {
  authenticate: 'sluice.v1.query.registry.authenticate',
  deployments: 'sluice.v1.query.deployer.deployments',
  /** To whoever sent a message: its data, which was too large to travel in it. */
  messageData: (service: string) => `sluice.v1.query.${service}.message-data`,
} as const;
