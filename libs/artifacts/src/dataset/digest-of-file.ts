import { createReadStream } from 'node:fs';
import { digestOfStream, type Digest } from '@sluice/contracts';

/** The content address of a file, read as a stream: files may be larger than memory. */
export const digestOfFile = async (path: string): Promise<Digest> => {
  const { digest } = await digestOfStream(createReadStream(path) as AsyncIterable<Uint8Array>);
  return digest;
};
