import type { Readable } from 'node:stream';
import { digestSchema } from '@sluice/contracts';
import { z } from 'zod';

export const blobSchema = z
  .strictObject({
    digest: digestSchema,
    size: z.number().int().nonnegative().describe('bytes'),
  })
  .meta({ id: 'Blob' });
export type Blob = z.infer<typeof blobSchema>;

/** A blob on its way out. The bytes are verified while they flow. */
export interface OpenBlob {
  readonly bytes: Readable;
  readonly size: number;
}

/** A blob on its way in, by the length that was announced for it. */
export interface Upload {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly size: number;
}
