/** A file that is certainly not ONNX: what it is, and what its owner can do about it. */
export interface ForeignFormat {
  looksLike: string;
  hint: string;
}

const codeBearing =
  'Sluice runs ONNX only, because a pickle executes code when loaded. Export the model to ONNX, for example with skl2onnx or torch.onnx.export.';
const unpack = 'Give the .onnx file itself, uncompressed.';
const exportIt = 'Export the model to ONNX.';

const signatures: readonly {
  at?: number;
  bytes: readonly number[] | string;
  format: ForeignFormat;
}[] = [
  ...[2, 3, 4, 5].map((protocol) => ({
    bytes: [0x80, protocol],
    format: { looksLike: 'a Python pickle', hint: codeBearing },
  })),
  {
    bytes: 'PK\x03\x04',
    format: { looksLike: 'a zip archive, such as a PyTorch checkpoint', hint: codeBearing },
  },
  { bytes: 'PK\x05\x06', format: { looksLike: 'an empty zip archive', hint: unpack } },
  {
    bytes: '\x89HDF\r\n\x1a\n',
    format: {
      looksLike: 'an HDF5 file, such as a Keras model',
      hint: `${exportIt} tf2onnx does that.`,
    },
  },
  { bytes: [0x1f, 0x8b], format: { looksLike: 'a gzip file', hint: unpack } },
  { bytes: 'BZh', format: { looksLike: 'a bzip2 file', hint: unpack } },
  { bytes: '\xfd7zXZ\x00', format: { looksLike: 'an xz file', hint: unpack } },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], format: { looksLike: 'a zstandard file', hint: unpack } },
  ...[0x01, 0x5e, 0x9c, 0xda].map((level) => ({
    bytes: [0x78, level],
    format: { looksLike: 'zlib data, such as a compressed joblib pickle', hint: codeBearing },
  })),
  {
    bytes: 'version https://git-lfs',
    format: {
      looksLike: 'a Git LFS pointer',
      hint: 'Check the repository out with its LFS files: `git lfs pull`, or `lfs: true` for actions/checkout.',
    },
  },
  { bytes: '\x93NUMPY', format: { looksLike: 'a NumPy array', hint: exportIt } },
  { bytes: 'GGUF', format: { looksLike: 'a GGUF file', hint: exportIt } },
  {
    at: 4,
    bytes: 'ORTM',
    format: {
      looksLike: 'a model in ORT format',
      hint: 'Give the .onnx file that it was converted from.',
    },
  },
  {
    at: 4,
    bytes: 'TFL3',
    format: { looksLike: 'a TensorFlow Lite model', hint: `${exportIt} tf2onnx does that.` },
  },
  {
    at: 257,
    bytes: 'ustar',
    format: { looksLike: 'a tar archive', hint: 'Give the .onnx file itself, unpacked.' },
  },
  {
    at: 5,
    bytes: '\0\0\0{"',
    format: { looksLike: 'a safetensors file', hint: `${exportIt} Weights alone are not a model.` },
  },
];

/** Says what bytes look like if they cannot be ONNX; null for anything that has to be parsed to know. */
export const foreignFormatOf = (bytes: Uint8Array): ForeignFormat | null => {
  if (bytes.byteLength === 0)
    return { looksLike: 'an empty file', hint: 'Was it written, or its upload cut short?' };
  const known = signatures.find(({ at = 0, bytes: signature }) => startsWith(bytes, at, signature));
  if (known !== undefined) return known.format;
  return isText(bytes.subarray(0, 512))
    ? { looksLike: 'a text file', hint: 'Give the binary .onnx file.' }
    : null;
};

const startsWith = (
  bytes: Uint8Array,
  at: number,
  signature: readonly number[] | string,
): boolean => {
  const wanted =
    typeof signature === 'string'
      ? Array.from(signature, (letter) => letter.charCodeAt(0))
      : signature;
  return wanted.every((byte, index) => bytes[at + index] === byte);
};

/** ONNX opens with the byte 0x08, a backspace, which no text holds. */
const isText = (head: Uint8Array): boolean =>
  head.every((byte) => byte === 0x09 || byte === 0x0a || byte === 0x0d || byte >= 0x20) &&
  !head.includes(0x7f);
