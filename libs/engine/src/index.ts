export { digestOfFile } from './digest-of-file.js';
export { EvaluationThread, type Decided, type EvaluationProgress } from './evaluation-thread.js';
export type { ModelSource } from './inference/candidate.js';
export {
  profileDataset,
  type ProfiledDataset,
  type ProfileProgress,
  type ProfileRequest,
} from './profile-dataset.js';
