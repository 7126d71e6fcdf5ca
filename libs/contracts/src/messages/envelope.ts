import { z } from 'zod';
import { timestampSchema } from '../names.js';

/** CloudEvents 1.0, JSON format. `id` is also the Nats-Msg-Id by which JetStream drops duplicates. */
export const envelopeSchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  source: z.string().describe('The service, such as /sluice/registry'),
  type: z.string().describe('The subject it is published to'),
  subject: z.string().describe('The aggregate it is about, such as evaluations/<id>'),
  time: timestampSchema,
  datacontenttype: z.literal('application/json'),
  correlationid: z.string().optional().describe('Of the request that caused it'),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof envelopeSchema>;
