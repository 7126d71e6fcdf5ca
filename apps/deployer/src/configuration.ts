import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiKeySecretSchema } from '@sluice/contracts';
import { portVariable, serviceVariables } from '@sluice/platform';
import { z } from 'zod';

const workspaceModelServer = fileURLToPath(
  new URL('../../model-server/dist/main.js', import.meta.url),
);

/** The deployer's environment variables. */
export const deployerVariables = z.object({
  ...serviceVariables,
  PORT: portVariable(7300),
  SLUICE_REGISTRY_URL: z
    .url({ protocol: /^https?$/ })
    .describe('the address of the registry, such as http://127.0.0.1:7200'),
  SLUICE_API_KEY: apiKeySecretSchema.describe(
    'an API key of the registry with the role service: slk_ and 64 hexadecimal digits',
  ),
  SLUICE_CACHE: z
    .string()
    .default('.sluice/deployer')
    .transform((folder) => resolve(folder))
    .describe('a folder for artifacts; what is in it can be fetched again'),
  SLUICE_ALLOWED_HOSTS: z
    .string()
    .default('127.0.0.1,localhost')
    .transform((hosts) => hosts.split(',').map((host) => host.trim().toLowerCase()))
    .describe('host names, separated by commas, under which the gateway may be asked'),
  SLUICE_MODEL_SERVER: z
    .string()
    .default(workspaceModelServer)
    .transform((path) => resolve(path))
    .describe("the path of the model server's main.js"),
  SLUICE_ROLLOUT_TIMEOUT_SECONDS: z.coerce
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe('seconds that a version may take until it is ready, at most 3600'),
  SLUICE_GATEWAY_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('the address under which clients reach this service, if it is not its own'),
});

export type DeployerConfiguration = z.infer<typeof deployerVariables>;
