export { digestOfFile } from './digest-of-file.js';
export { EvaluationThread, type Decided, type EvaluationProgress } from './evaluation-thread.js';
export type { ModelSource } from './inference/candidate.js';
export {
  profileDataset,
  type ProfiledDataset,
  type ProfileProgress,
  type ProfileRequest,
} from './profile-dataset.js';
export {
  driftOfDataset,
  type DatasetDriftRequest,
  type DriftProgress,
} from './drift/drift-of-dataset.js';
export type { ProfiledDrift } from './drift/profile-drift.js';
