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
export { decisionGraph, uniformInput, type GraphDecision } from './onnx/decision-graph.js';
export { inspectOnnx, type OnnxInspection, type ZipMapOutput } from './onnx/inspect-onnx.js';
export { revealTensors } from './onnx/reveal-tensors.js';
export { withTextLocale } from './onnx/with-text-locale.js';
export {
  assertSafeExternalData,
  type ExternalTensor,
  type SizedFile,
} from './onnx/external-data.js';
