import { artifactFilesOf, manifestOf, type DatasetFile } from '@sluice/artifacts';
import type { RegistryClient } from '@sluice/client';
import {
  manifestDigest,
  SluiceError,
  type Dataset,
  type Digest,
  type Fault,
  type Policy,
  type Source,
  type Version,
} from '@sluice/contracts';
import { log } from './log.js';
import type { ProposedData } from './proposed-data.js';
import type { Workspace } from './workspace.js';

/** What the registry needs to know of a version's origin. */
export interface Origin {
  author: string;
  source: Source;
}

export interface PolicyFile {
  path: string;
  text: string;
  policy: Policy;
}

export interface Proposal {
  version: Version;
  dataset: Dataset;
  /** What drift is measured against; null when the policy names no reference. */
  reference: Dataset | null;
  /** The files of both, as they are called in the repository or in S3. */
  files: { evaluation: readonly DatasetFile[]; reference: readonly DatasetFile[] };
}

/**
 * Brings the checked-out model and data into the registry. Bytes that are there already are not sent again,
 * and keep the version, and so the author, that they had first.
 */
export const registerProposal = async (
  registry: RegistryClient,
  { workspace, data }: { workspace: Workspace; data: ProposedData },
  file: PolicyFile,
  origin: () => Promise<Origin>,
): Promise<Proposal> => {
  const { policy } = file;
  const artifact = artifactOf(file);
  const modelPath = await namedIn(file, artifactKey, () => workspace.file(artifact));
  const { evaluation: dataName, reference: referenceName } = policy.data;
  const evaluation = await namedIn(file, /^\s*(?:data\s*:.*\{\s*)?evaluation\s*:/, () =>
    data.find(dataName, 'data.evaluation'),
  );
  const referenceFiles =
    referenceName === undefined
      ? []
      : await namedIn(file, /^\s*(?:data\s*:.*[{,]\s*)?reference\s*:/, () =>
          data.find(referenceName, 'data.reference'),
        );
  await registry.ensureModel(policy.model);
  const digest = await namedIn(file, artifactKey, () => artifactDigest(modelPath));
  const known = await registry.findVersionByArtifact(policy.model, digest);
  const version = known ?? (await register(registry, policy.model, modelPath, await origin()));
  log(`${policy.model} version ${version.number}, artifact ${version.artifactDigest}`);
  const dataset = await registerDataset(registry, evaluation, dataName);
  const reference =
    referenceName === undefined
      ? null
      : await registerDataset(registry, referenceFiles, referenceName);
  const files = { evaluation, reference: referenceFiles };
  return { version, dataset, reference, files };
};

const registerDataset = async (
  registry: RegistryClient,
  files: readonly DatasetFile[],
  name: string,
): Promise<Dataset> => {
  const dataset = await registry.registerDataset({ path: files, name: datasetName(name) });
  log(`Dataset ${name}, ${dataset.digest}`);
  return dataset;
};

/** The digests that an evaluation of a proposal is asked for with. */
export const datasetsOf = ({
  dataset,
  reference,
}: Proposal): { evaluation: Digest; reference?: Digest } => ({
  evaluation: dataset.digest,
  ...(reference === null ? {} : { reference: reference.digest }),
});

const artifactDigest = async (modelPath: string): Promise<Digest> =>
  manifestDigest(await manifestOf(await artifactFilesOf(modelPath)));

const artifactKey = /^artifact\s*:/;

const register = async (
  registry: RegistryClient,
  model: string,
  modelPath: string,
  { author, source }: Origin,
): Promise<Version> =>
  registry.registerVersion({
    model,
    modelPath,
    author,
    source,
    onUploaded: ({ path, size, sent }) =>
      log(sent ? `Uploaded ${path}, ${size} bytes` : `${path} is in the registry already`),
  });

const artifactOf = ({ path, policy }: PolicyFile): string => {
  if (policy.artifact !== undefined) return policy.artifact;
  throw new SluiceError(
    'invalid_policy',
    'The registry gates models, and this policy names none.',
    {
      faults: [
        {
          file: path,
          path: 'artifact',
          message: 'artifact is missing: a registered version is evaluated by running its model',
          expected: 'the ONNX file, in place of columns.score and columns.prediction',
          ...(policy.data.predictions === undefined
            ? {}
            : {
                hint: 'Leave out data.predictions and name the model; `sluice evaluate` judges predictions without a registry.',
              }),
        },
      ],
    },
  );
};

/** Runs what fails on a file that the policy names, and lets the failure point at the line that names it. */
const namedIn = async <T>(file: PolicyFile, key: RegExp, run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const fault: Fault = { file: file.path, ...placeOf(file.text, key), message: error.message };
    throw new SluiceError(error.code, error.message, {
      faults: [fault, ...error.faults],
      cause: error,
    });
  }
};

/** The line on which a key stands. A miss means that it is written in flow style; the file alone is named then. */
const placeOf = (text: string, key: RegExp): Pick<Fault, 'line' | 'column'> => {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => key.test(line));
  if (index < 0) return {};
  return { line: index + 1, column: (lines[index] ?? '').search(/\S/) + 1 };
};

/** The registry's names of datasets are tamer than paths may be. */
export const datasetName = (path: string): string =>
  path
    .replace(/[^A-Za-z0-9._/ -]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(-200)
    .replace(/^[^A-Za-z0-9]+/, '') || 'evaluation';
