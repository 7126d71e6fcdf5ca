export { RegistryClient, type RegistryClientOptions } from './registry-client.js';
export type { PromotionWaitOptions } from './wait.js';
export type { RegisterVersion } from './register-version.js';
export { datasetFormatOf, type RegisterDataset } from './register-dataset.js';
export type { UploadedFile } from './file-upload.js';
export type { WaitOptions } from './poll.js';
export type { RetryNotice, RetryOptions } from './retry.js';
export {
  predict,
  type InferenceRequest,
  type InferenceResponse,
  type InferenceTensor,
  type PredictOptions,
  type Prediction,
} from './predict.js';
