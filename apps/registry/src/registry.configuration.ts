import { apiKeySecretSchema, SluiceError } from '@sluice/contracts';
import { loadConfiguration, portVariable, serviceVariables } from '@sluice/platform';
import { z } from 'zod';

const gibibyte = 1024 ** 3;

/** A random key has nearly all sixteen digits and no rhythm; what a person types for a test has neither. */
const isRandomLooking = (secret: string): boolean => {
  const digits = secret.slice('slk_'.length);
  return new Set(digits).size >= 8 && `${digits}${digits}`.indexOf(digits, 1) === digits.length;
};

const schema = z.object({
  ...serviceVariables,
  PORT: portVariable(7100),
  SLUICE_BLOBS: z.string().min(1).describe('the folder for the bytes of models and data'),
  SLUICE_ADMIN_KEY: apiKeySecretSchema
    .refine(isRandomLooking)
    .optional()
    .describe(
      'slk_ and 64 random hexadecimal digits, such as those of `openssl rand -hex 32`. If no such key is known yet, ' +
        'it becomes a key of `admin`, a person with the roles admin, reader, contributor, approver and predictor',
    ),
  SLUICE_ALLOWED_HOSTS: z
    .string()
    .default('127.0.0.1,localhost')
    .transform((hosts) => hosts.split(',').map((host) => host.trim().toLowerCase()))
    .refine((hosts) => hosts.every((host) => /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(host)))
    .describe('host names without ports, separated by commas'),
  SLUICE_MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(2 * gibibyte)
    .describe('the most bytes that one upload may have'),
});

/** What the registry needs to know to start. */
export type RegistryConfiguration = z.infer<typeof schema>;
export const REGISTRY_CONFIGURATION = Symbol('REGISTRY_CONFIGURATION');

/** @throws SluiceError `invalid_request` naming every faulty variable */
export const loadRegistryConfiguration = (
  environment: NodeJS.ProcessEnv = process.env,
): RegistryConfiguration => {
  // Elsewhere an empty variable counts as unset. An empty secret is somebody's mistake, and must not pass as a choice.
  if (environment['SLUICE_ADMIN_KEY'] === '')
    throw new SluiceError('invalid_request', 'The configuration is not valid.', {
      faults: [
        {
          message: 'the environment variable SLUICE_ADMIN_KEY is empty',
          expected: 'a key, or no such variable at all',
        },
      ],
    });
  return loadConfiguration(schema, environment);
};
