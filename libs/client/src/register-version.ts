import { artifactFilesOf } from '@sluice/artifacts';
import { digestOfDocument, type ArtifactFile, type Source, type Version } from '@sluice/contracts';
import type { RegistryClient } from './registry-client.js';

export interface RegisterVersion {
  model: string;
  /** The ONNX file; its external data is found and uploaded with it. */
  modelPath: string;
  author?: string;
  source?: Source;
  description?: string;
  /** Called after each file. */
  onUploaded?: (file: ArtifactFile & { sent: boolean }) => void;
}

/**
 * Uploads a model and registers it. Its idempotency key is made of what is registered, so a job that runs
 * again for the same commit gets the version it got before.
 */
export const registerVersion = async (
  client: RegistryClient,
  { model, modelPath, author, source = {}, description = '', onUploaded }: RegisterVersion,
): Promise<Version> => {
  const files: ArtifactFile[] = [];
  for (const { path, localPath } of await artifactFilesOf(modelPath)) {
    const { digest, size, sent } = await client.uploadFile(localPath);
    files.push({ path, digest, size });
    onUploaded?.({ path, digest, size, sent });
  }
  const version = {
    artifact: { files },
    ...(author === undefined ? {} : { author }),
    source,
    description,
  };
  return client.createVersion(model, version, digestOfDocument({ model, ...version }));
};
