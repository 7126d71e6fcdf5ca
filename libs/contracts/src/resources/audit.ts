import { z } from 'zod';
import { digestSchema } from '../digest.js';
import { timestampSchema } from '../names.js';
import { pageOf } from './page.js';

export const auditEntrySchema = z
  .strictObject({
    position: z.number().int().positive().describe('1, 2, 3 … without gaps'),
    at: timestampSchema,
    actor: z.string(),
    action: z.string().describe('Such as version.created, promotion.approved'),
    subject: z.string().describe('Such as models/credit-risk/versions/3'),
    details: z.record(z.string(), z.unknown()),
    previous: digestSchema.nullable().describe('The digest of the entry before; null on the first'),
    digest: digestSchema.describe('Of this entry without this field'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditPageSchema = pageOf(auditEntrySchema, 'AuditPage');
