import { Inject, Injectable } from '@nestjs/common';
import {
  assertSafeExternalData,
  inspectOnnx,
  modelFileOf,
  servableModel,
  type BlobStore,
  type OnnxInspection,
} from '@sluice/artifacts';
import {
  SluiceError,
  type ArtifactFile,
  type Fault,
  type Manifest,
  type Signature,
} from '@sluice/contracts';
import { BLOB_STORE } from '../blobs/blob-store.provider.js';
import { Turnstile } from './turnstile.js';

/** Protobuf, and so an ONNX file, ends here; weights beyond it are external data. */
const largestModel = 2 ** 31 - 1;

/** Decides whether uploaded files are an ONNX model that is safe to hand to a runtime, without running anything. */
@Injectable()
export class ArtifactInspector {
  /** A model is read into memory, so not many may be at a time. */
  private readonly turnstile = new Turnstile(2);

  constructor(@Inject(BLOB_STORE) private readonly blobs: BlobStore) {}

  /** @throws SluiceError `invalid_artifact` */
  async inspect(artifact: Manifest): Promise<Signature> {
    await this.assertUploaded(artifact);
    const modelFile = modelFileOf(artifact);
    const model = artifact.files.find(({ path }) => path === modelFile) as ArtifactFile;
    const inspection = await this.turnstile.pass(async () =>
      inspectOnnx(await this.read(model), modelFile),
    );
    assertSafeExternalData(
      inspection,
      artifact.files.filter((file) => file !== model),
      modelFile,
    );
    assertNothingElse(artifact, modelFile, inspection);
    return servedSignature(inspection);
  }

  private async assertUploaded({ files }: Manifest): Promise<void> {
    const faults: Fault[] = [];
    for (const file of files) {
      const stored = (await this.blobs.has(file.digest))
        ? await this.blobs.size(file.digest)
        : null;
      if (stored === null)
        faults.push({
          file: file.path,
          message: `no blob ${file.digest} is stored`,
          hint: 'Upload it first.',
        });
      else if (stored !== file.size)
        faults.push({
          file: file.path,
          message: 'the size is not that of the blob',
          found: `${file.size} bytes`,
          expected: `${stored} bytes`,
        });
    }
    if (faults.length > 0)
      throw invalid('Not all files of the artifact are there as it states them.', faults);
  }

  /** In one piece that is as large as it has to be; the store verifies the bytes as they come. */
  private async read({ path, digest, size }: ArtifactFile): Promise<Uint8Array> {
    if (size > largestModel)
      throw invalid(`${path} is larger than an ONNX file can be.`, [
        {
          file: path,
          message: 'the model is too large',
          hint: 'Save its weights as external data.',
        },
      ]);
    const bytes = Buffer.allocUnsafe(size);
    let offset = 0;
    for await (const chunk of (await this.blobs.open(digest)) as AsyncIterable<Uint8Array>) {
      bytes.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return bytes;
  }
}

/** Whatever the model doesn't refer to was looked at by nobody, and would still be carried to production. */
const assertNothingElse = (
  { files }: Manifest,
  modelFile: string,
  { externalData }: OnnxInspection,
): void => {
  const known = new Set([modelFile, ...externalData]);
  const strangers = files.filter(({ path }) => !known.has(path));
  if (strangers.length === 0) return;
  throw invalid(
    'The artifact has files that are no part of the model.',
    strangers.map(({ path }) => ({
      file: path,
      message: `${modelFile} does not refer to this file`,
      hint: 'Leave it out: an artifact is a model and its external data.',
    })),
  );
};

/** What the model server will say of it, so that a version's signature is that of its deployment. */
const servedSignature = (inspection: OnnxInspection): Signature => {
  const { signature, faults } = servableModel(inspection);
  if (faults.length === 0) return signature;
  throw invalid(
    signature.outputs.length === 0
      ? 'The model has no output that can be served.'
      : 'The model has inputs that cannot be served.',
    [...faults],
  );
};

const invalid = (message: string, faults: Fault[]): SluiceError =>
  new SluiceError('invalid_artifact', message, { faults });
