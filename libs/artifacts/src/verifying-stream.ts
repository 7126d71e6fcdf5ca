import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { SluiceError, type Digest } from '@sluice/contracts';

/**
 * Passes bytes on while hashing them, one chunk behind: the last one is let through only when the whole
 * has matched its digest. A reader of corrupt bytes gets an error and never a complete file.
 */
export class VerifyingStream extends Transform {
  readonly #hash = createHash('sha256');
  readonly #expected: Digest;
  #held: Uint8Array | null = null;

  constructor(expected: Digest) {
    super();
    this.#expected = expected;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    const released = this.#held;
    this.#held = chunk;
    if (released === null) done();
    else done(null, released);
  }

  override _flush(done: TransformCallback): void {
    const found = `sha256:${this.#hash.digest('hex')}`;
    if (found !== this.#expected) {
      done(
        new SluiceError(
          'corrupt',
          `The stored bytes of ${this.#expected} hash to ${found}; they have been altered or damaged.`,
        ),
      );
      return;
    }
    if (this.#held === null) done();
    else done(null, this.#held);
  }
}
