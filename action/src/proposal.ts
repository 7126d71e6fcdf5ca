import { artifactFilesOf, manifestOf } from '@sluice/artifacts';
import type { RegistryClient } from '@sluice/client';
import {
  isDatasetPattern,
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
}

/**
 * Brings the checked-out model and data into the registry. Bytes that are there already are not sent again,
 * and keep the version, and so the author, that they had first.
 */
export const registerProposal = async (
  registry: RegistryClient,
  workspace: Workspace,
  file: PolicyFile,
  origin: () => Promise<Origin>,
): Promise<Proposal> => {
  const { policy } = file;
  const artifact = artifactOf(file);
  const modelPath = await namedIn(file, artifactKey, () => workspace.file(artifact));
  const dataPath = await namedIn(file, /^\s*(?:data\s*:.*\{\s*)?evaluation\s*:/, () =>
    oneFile(workspace, policy.data.evaluation, 'data.evaluation'),
  );
  const { reference: referenceName } = policy.data;
  const referencePath =
    referenceName === undefined
      ? null
      : await namedIn(file, /^\s*(?:data\s*:.*[{,]\s*)?reference\s*:/, () =>
          oneFile(workspace, referenceName, 'data.reference'),
        );
  await registry.ensureModel(policy.model);
  const digest = await namedIn(file, artifactKey, () => artifactDigest(modelPath));
  const known = await registry.findVersionByArtifact(policy.model, digest);
  const version = known ?? (await register(registry, policy.model, modelPath, await origin()));
  log(`${policy.model} version ${version.number}, artifact ${version.artifactDigest}`);
  const dataset = await registerDataset(registry, dataPath, policy.data.evaluation);
  const reference =
    referencePath === null || referenceName === undefined
      ? null
      : await registerDataset(registry, referencePath, referenceName);
  return { version, dataset, reference };
};

const registerDataset = async (
  registry: RegistryClient,
  path: string,
  name: string,
): Promise<Dataset> => {
  const dataset = await registry.registerDataset({ path, name: datasetName(name) });
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

/** The registry keeps a dataset as one blob, which several files are not. */
const oneFile = async (workspace: Workspace, location: string, key: string): Promise<string> => {
  if (!isDatasetPattern(location) && !location.endsWith('/')) return workspace.file(location);
  const message = `The registry takes a dataset of one file, and ${location} names several.`;
  throw new SluiceError('invalid_policy', message, {
    faults: [
      {
        message: `${key} names several files`,
        path: key,
        found: location,
        expected: 'one Parquet, CSV or JSON Lines file',
        hint: 'Write the table as one Parquet file; `sluice evaluate` takes several without a registry.',
      },
    ],
  });
};

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
