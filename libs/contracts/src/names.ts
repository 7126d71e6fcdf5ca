import { z } from 'zod';

const name = (what: string, longest: number): z.ZodString =>
  z
    .string()
    .max(longest)
    .regex(
      /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/,
      `expected ${what} of lower-case letters, digits and single - _ . between them`,
    );

export const modelNameSchema = name('a model name', 64).meta({
  id: 'ModelName',
  example: 'credit-risk',
});
export const environmentNameSchema = name('an environment name', 40).meta({
  id: 'EnvironmentName',
  example: 'production',
});
/** Who acts: the name behind an API key, or the login of a pull request's author. */
export const principalNameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._@[\]-]*[A-Za-z0-9\]])?$/,
    'expected a name of letters, digits and . _ @ -',
  )
  .meta({ id: 'PrincipalName', example: 'maria' });
export const versionNumberSchema = z.number().int().positive().meta({ id: 'VersionNumber' });
export const timestampSchema = z.iso
  .datetime({ offset: true })
  .meta({ id: 'Timestamp', description: 'RFC 3339' });
