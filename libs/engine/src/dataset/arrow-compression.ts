import * as zlib from 'node:zlib';
import { CompressionType, compressionRegistry } from 'apache-arrow';
import { decompressFrameSync } from 'lz4-napi';

/** The longest column of one batch that is unpacked, in bytes: a file of strangers may hold little and claim much. */
const mostBytes = 1024 ** 3;

/** Lets Arrow's library read compressed files: LZ4, as pyarrow and pandas write by default, and Zstandard. */
export const registerArrowCodecs = (): void => {
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4 });
  // Node has it from 22.15 on; before, such files are refused with advice.
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: UnpackZstd };
  if (zstdDecompressSync !== undefined)
    compressionRegistry.set(CompressionType.ZSTD, {
      decode: (data) => zstdDecompressSync(data, { maxOutputLength: mostBytes }),
    });
};

type UnpackZstd = (data: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

const unpackLz4 = (data: Uint8Array): Uint8Array => {
  const most = mostUnpacked(data);
  if (most > mostBytes)
    throw new Error(`a buffer of LZ4 may unpack to ${most} bytes, more than ${mostBytes}`);
  return decompressFrameSync(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
};

/**
 * The most bytes that an LZ4 frame can unpack to: the size of a block for each of its blocks. Whatever else is wrong
 * with it is for whoever unpacks it to say.
 *
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
const mostUnpacked = (frame: Uint8Array): number => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.byteLength < 7) return 0;
  const flags = view.getUint8(4);
  const blockBytes = 2 ** (8 + 2 * ((view.getUint8(5) >> 4) & 7));
  const checksum = (flags & 0x10) === 0 ? 0 : 4;
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  let most = 0;
  while (at + 4 <= frame.byteLength) {
    const size = view.getUint32(at, true) & 0x7fff_ffff;
    if (size === 0) break;
    most += blockBytes;
    at += 4 + size + checksum;
  }
  return most;
};
