export {
  profileDistributed,
  type DistributedProfile,
  type DistributedProgress,
  type DistributedRequest,
} from './distributed/profile-distributed.js';
export {
  parseTrinoAddress,
  trinoCredentials,
  type TrinoAddress,
  type TrinoCredentials,
} from './distributed/trino-address.js';
export { EvaluationThread, type Decided, type EvaluationProgress } from './evaluation-thread.js';
export type { ScoredRows } from './scored-rows.js';
export { isFavorable } from './favorable.js';
export type { DatasetSource } from './dataset/dataset.js';
export { WorkerHandle } from './worker-handle.js';
export { serveRequests } from './worker-loop.js';
export {
  endpointProtocols,
  type EndpointProtocol,
  type EndpointSource,
} from './inference/endpoint/endpoint.js';
export type { ModelSource } from './inference/candidate.js';
export { profileDataset } from './profile-dataset.js';
export type { ProfileProgress, ProfileRequest } from './profile-request.js';
export type { ProfiledDataset } from './profiled-dataset.js';
export {
  driftOfDataset,
  type DatasetDriftRequest,
  type DriftProgress,
} from './drift/drift-of-dataset.js';
export type { ProfiledDrift } from './drift/profile-drift.js';
export type { PlannedOutputs } from './inference/model-plan.js';
export { readColumns, type ColumnsWanted, type TableColumns } from './tables/table-columns.js';
export { writeTable, type NewColumn, type TableChange } from './tables/write-table.js';
