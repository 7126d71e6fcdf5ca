import { z } from 'zod';
import { digestSchema } from '../digest.js';
import { timestampSchema } from '../names.js';

/**
 * CloudEvents 1.0, JSON format, with its extension `dataref` for data that is told on request.
 * `id` is also the Nats-Msg-Id by which JetStream drops duplicates.
 */
export const envelopeSchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  source: z.string().describe('The service, such as /sluice/registry'),
  type: z.string().describe('The subject it is published to'),
  subject: z.string().describe('The aggregate it is about, such as evaluations/<id>'),
  time: timestampSchema,
  datacontenttype: z.literal('application/json'),
  correlationid: z.string().optional().describe('Of the request that caused it'),
  data: z.unknown().optional(),
  dataref: z
    .string()
    .regex(/^sluice\.v1\.query\.[a-z]+\.message-data$/)
    .optional()
    .describe('The query that tells the data, when it is too large for a message'),
  datasize: z
    .number()
    .int()
    .positive()
    .max(64 * 1024 ** 2)
    .optional()
    .describe('Bytes of the data, as JSON in UTF-8'),
  datadigest: digestSchema.optional().describe('Of these bytes'),
});
export type Envelope = z.infer<typeof envelopeSchema>;
