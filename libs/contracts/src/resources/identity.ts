import { z } from 'zod';
import { principalNameSchema, timestampSchema } from '../names.js';

/**
 * reader: look. contributor: upload, register, evaluate, ask for promotions. approver: approve or reject promotions.
 * predictor: ask running models. service: what Sluice's own services need. admin: manage keys and read the audit trail.
 * No role includes another; an admin approves nothing unless the key is an approver's as well.
 */
export const roleSchema = z.enum([
  'reader',
  'contributor',
  'approver',
  'predictor',
  'service',
  'admin',
]);
export type Role = z.infer<typeof roleSchema>;

export const principalKindSchema = z.enum(['person', 'machine']);
export type PrincipalKind = z.infer<typeof principalKindSchema>;

/** Who asks: the name and roles behind an API key. */
export const principalSchema = z.strictObject({
  keyId: z.uuid(),
  name: principalNameSchema,
  kind: principalKindSchema,
  roles: z.array(roleSchema),
});
export type Principal = z.infer<typeof principalSchema>;

export const createApiKeySchema = z
  .strictObject({
    name: principalNameSchema.describe('The person or machine that will hold it'),
    kind: principalKindSchema,
    roles: z
      .array(roleSchema)
      .min(1)
      .refine((roles) => new Set(roles).size === roles.length, 'expected each role once'),
  })
  .refine((key) => key.kind === 'person' || !key.roles.includes('approver'), {
    path: ['roles'],
    message: 'expected a person: a machine cannot approve',
  })
  .meta({ id: 'CreateApiKey' });
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export const apiKeySchema = z
  .strictObject({
    id: z.uuid(),
    name: principalNameSchema,
    kind: principalKindSchema,
    roles: z.array(roleSchema),
    createdAt: timestampSchema,
    createdBy: z.string(),
    revokedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKeySchema>;
export const apiKeyListSchema = z
  .strictObject({ items: z.array(apiKeySchema) })
  .meta({ id: 'ApiKeyList' });

export const createdApiKeySchema = apiKeySchema
  .extend({ secret: z.string().describe('The key itself. Shown this once and stored nowhere') })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>;

/** `slk_` and 32 random bytes in hexadecimal. */
export const apiKeySecretSchema = z
  .string()
  .regex(/^slk_[0-9a-f]{64}$/, 'expected slk_ and 64 hexadecimal digits');
