import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

/**
 * An answer that is JSON already, as parts of its bytes in UTF-8. It is sent as it is, part by part: to decode, join
 * and encode megabytes of text would hold up every other request.
 */
export class JsonParts {
  constructor(private readonly parts: readonly Uint8Array[]) {}

  file(): StreamableFile {
    return new StreamableFile(Readable.from(this.parts, { objectMode: false }), {
      type: 'application/json; charset=utf-8',
      length: this.parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
    });
  }
}
