import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  digestSchema,
  manifestSchema,
  modelNameSchema,
  type Digest,
  type Manifest,
} from '@sluice/contracts';
import { z } from 'zod';

export interface Configuration {
  model: { name: string; version: string };
  artifact: { folder: string; manifest: Manifest; digest: Digest };
  listen: { host: string; port: number };
  /** Null only if the operator said that a platform in front authenticates. */
  token: string | null;
  inference: { workers: number; threads: number; queue: number; timeoutMs: number };
  drain: { graceMs: number; timeoutMs: number };
  exitWithParent: boolean;
}

/** What is wrong with the environment, a line for each variable; the process ends with code 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

const shortestToken = 32;

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');
const whole = (least: number, most: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .default(String(otherwise))
    .transform(Number)
    .pipe(z.number().min(least).max(most));

const environmentSchema = z.object({
  SLUICE_MODEL_NAME: modelNameSchema,
  SLUICE_MODEL_VERSION: z.string().regex(/^[1-9]\d{0,9}$/, 'expected a version number'),
  SLUICE_MODEL_DIR: z.string(),
  SLUICE_MODEL_MANIFEST: z.string(),
  SLUICE_ARTIFACT_DIGEST: digestSchema,
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535, 8080),
  SLUICE_MODEL_SERVER_TOKEN: z
    .string()
    .min(shortestToken, `expected at least ${shortestToken} characters`)
    .optional(),
  SLUICE_MODEL_SERVER_ANONYMOUS: flag,
  SLUICE_MODEL_WORKERS: whole(1, 64, 1),
  SLUICE_MODEL_THREADS: whole(1, 256, 1),
  SLUICE_MODEL_QUEUE: whole(1, 100_000, 256),
  SLUICE_INFERENCE_TIMEOUT_MS: whole(1, 3_600_000, 30_000),
  SLUICE_DRAIN_GRACE_MS: whole(0, 600_000, 500),
  SLUICE_DRAIN_TIMEOUT_MS: whole(1, 3_600_000, 25_000),
  SLUICE_EXIT_WITH_PARENT: flag,
});

/** Reads the whole configuration at once, so that whatever is missing is said at boot and all together. */
export const configurationOf = (environment: NodeJS.ProcessEnv): Configuration => {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(set);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => describe(issue, set));
  const tokenFault = authenticationFault(set);
  if (tokenFault !== null) faults.push(tokenFault);
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults.join('\n'));
  const values = parsed.data;
  return {
    model: { name: values.SLUICE_MODEL_NAME, version: values.SLUICE_MODEL_VERSION },
    artifact: {
      folder: resolve(values.SLUICE_MODEL_DIR),
      manifest: readManifest(values.SLUICE_MODEL_MANIFEST),
      digest: values.SLUICE_ARTIFACT_DIGEST,
    },
    listen: { host: values.HOST, port: values.PORT },
    token: values.SLUICE_MODEL_SERVER_TOKEN ?? null,
    inference: {
      workers: values.SLUICE_MODEL_WORKERS,
      threads: values.SLUICE_MODEL_THREADS,
      queue: values.SLUICE_MODEL_QUEUE,
      timeoutMs: values.SLUICE_INFERENCE_TIMEOUT_MS,
    },
    drain: { graceMs: values.SLUICE_DRAIN_GRACE_MS, timeoutMs: values.SLUICE_DRAIN_TIMEOUT_MS },
    exitWithParent: values.SLUICE_EXIT_WITH_PARENT,
  };
};

/** Never shows the value of the token; of everything else it does, for that is what finds the typing error. */
const describe = (issue: z.core.$ZodIssue, set: Record<string, string | undefined>): string => {
  const name = String(issue.path[0]);
  const value = set[name];
  if (value === undefined) return `${name} is not set`;
  return name === 'SLUICE_MODEL_SERVER_TOKEN'
    ? `${name}: ${issue.message}`
    : `${name}: ${issue.message}, found ${JSON.stringify(value)}`;
};

const authenticationFault = (set: Record<string, string | undefined>): string | null => {
  const anonymous = set['SLUICE_MODEL_SERVER_ANONYMOUS'] === '1';
  const token = set['SLUICE_MODEL_SERVER_TOKEN'] !== undefined;
  if (anonymous && token)
    return 'SLUICE_MODEL_SERVER_TOKEN is set, and so is SLUICE_MODEL_SERVER_ANONYMOUS=1: choose one';
  if (anonymous || token) return null;
  return `SLUICE_MODEL_SERVER_TOKEN is not set; give at least ${shortestToken} characters, or SLUICE_MODEL_SERVER_ANONYMOUS=1 if a platform in front authenticates`;
};

const readManifest = (path: string): Manifest => {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(
      `SLUICE_MODEL_MANIFEST: ${path} is not a readable JSON file: ${(error as Error).message}`,
    );
  }
  const parsed = manifestSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path: at, message }) => `SLUICE_MODEL_MANIFEST: ${at.join('.')}: ${message}`,
  );
  throw new ConfigurationError(faults.join('\n'));
};
