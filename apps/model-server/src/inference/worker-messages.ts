import type { Digest, ErrorCode, Fault, Manifest, Signature } from '@sluice/contracts';
import type { Tensor } from './tensor.js';

/** What a worker is started with. */
export interface WorkerTask {
  folder: string;
  manifest: Manifest;
  digest: Digest;
  threads: number;
}

/** What a worker found in the artifact that it has loaded. */
export interface LoadedModel {
  /** Of the very bytes that the runtime was given. */
  digest: Digest;
  signature: Signature;
  unrankedInputs: string[];
}

/** A worker is given the next one only when it has answered this one. */
export interface RunCommand {
  inputs: Tensor[];
  outputs: string[];
}

export type WorkerReport =
  | { kind: 'loaded'; model: LoadedModel }
  | { kind: 'refused'; code: ErrorCode; message: string; faults: readonly Fault[] }
  | { kind: 'done'; outputs: Tensor[] }
  | { kind: 'failed'; message: string };
