export type { BlobStore, PutOptions, PutResult } from './blob-store.js';
export { FileBlobStore } from './file-blob-store.js';
export { VerifyingStream } from './verifying-stream.js';
export { writeVerifiedFile, type ExpectedContent } from './verified-file.js';
export {
  artifactFilesOf,
  manifestOf,
  modelFileName,
  modelFileOf,
  type LocalFile,
} from './manifest.js';
export {
  fetchArtifact,
  readArtifact,
  type ArtifactSource,
  type FetchedArtifact,
  type LoadedArtifact,
} from './artifact-folder.js';
export { decisionGraph, type GraphDecision } from './onnx/decision-graph.js';
export { mixtureGraph, type GraphMixture } from './onnx/mixture-graph.js';
export { uniformInput } from './onnx/extensible-model.js';
export { inspectOnnx, type OnnxInspection, type ZipMapOutput } from './onnx/inspect-onnx.js';
export {
  isOutputFault,
  revealedOutputs,
  servableModel,
  type RevealedOutput,
  type ServableModel,
} from './onnx/servable-model.js';
export { isLocaleMissing, runnableModel, type RunnableOptions } from './onnx/runnable-model.js';
export {
  assertSafeExternalData,
  type ExternalTensor,
  type SizedFile,
} from './onnx/external-data.js';
export {
  digestOfDataset,
  findDatasetFiles,
  isFileOfDataset,
  pathsInDataset,
  type DataName,
  type DatasetFile,
} from './dataset/dataset-files.js';
export { allowanceEntries, parseS3Allowances, type S3Allowance } from './s3/s3-allowance.js';
export {
  S3Copies,
  type S3CopiesOptions,
  type S3Copy,
  type S3Limits,
  type S3Progress,
} from './s3/s3-copies.js';
