import { z } from 'zod';
import { deploymentListSchema } from '../resources/environment.js';
import { principalSchema } from '../resources/identity.js';

/** To the registry: whose API key has this SHA-256? The key itself never travels over NATS. */
export const authenticateQuerySchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export const authenticateReplySchema = z.strictObject({ principal: principalSchema.nullable() });
export type AuthenticateQuery = z.infer<typeof authenticateQuerySchema>;
export type AuthenticateReply = z.infer<typeof authenticateReplySchema>;

/** To the sender of a message: its data, from a byte on. The answer is as many bytes as fit a message. */
export const messageDataQuerySchema = z.strictObject({
  id: z.uuid(),
  offset: z.number().int().nonnegative(),
});
export type MessageDataQuery = z.infer<typeof messageDataQuerySchema>;

/** To the deployer: what runs? */
export const deploymentsQuerySchema = z.strictObject({
  model: z.string().optional(),
  environment: z.string().optional(),
});
export const deploymentsReplySchema = deploymentListSchema;
export type DeploymentsQuery = z.infer<typeof deploymentsQuerySchema>;
