import { availableParallelism } from 'node:os';
import { apiKeySecretSchema } from '@sluice/contracts';
import { loadConfiguration, portVariable, serviceVariables } from '@sluice/platform';
import { z } from 'zod';

const variables = z.object({
  ...serviceVariables,
  PORT: portVariable(7200),
  SLUICE_REGISTRY_URL: z.url({ protocol: /^https?$/ }).describe("the registry's URL"),
  SLUICE_API_KEY: apiKeySecretSchema.describe(
    'an API key with the role service: slk_ and 64 hexadecimal digits',
  ),
  SLUICE_CACHE: z.string().min(1).describe('a folder for copies of artifacts and datasets'),
  SLUICE_ALLOWED_HOSTS: z
    .string()
    .min(1)
    .default('127.0.0.1,localhost')
    .describe('host names, separated by commas'),
  SLUICE_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(16)
    // One evaluation keeps several cores busy by itself; a second one fills the gaps.
    .default(availableParallelism() >= 8 ? 2 : 1)
    .describe('evaluations at the same time, from 1 to 16; each may take 2 GiB of memory'),
});
export type EvaluatorConfiguration = z.infer<typeof variables>;

export const evaluatorConfiguration = (environment?: NodeJS.ProcessEnv): EvaluatorConfiguration =>
  loadConfiguration(variables, environment);
