import protobuf from 'protobufjs/minimal.js';

export type Reader = protobuf.Reader;

/** Protobuf's wire types, of those that ONNX uses. */
export const wire = { varint: 0, bytes: 2 } as const;

export interface FieldReader {
  wire: number;
  read: (reader: Reader) => void;
}

/** The fields of a message that matter, by number; what is not named is skipped without being read. */
export type Fields = Record<number, FieldReader | readonly FieldReader[]>;

export const readerOf = (bytes: Uint8Array): Reader =>
  protobuf.Reader.create(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

/**
 * Reads a message up to `end`. As in every protobuf reader, a field that comes twice is read twice
 * (messages merge), and one with another wire type than it should have is unknown: a parser that saw
 * anything else than the runtime sees could be led past a check.
 */
export const readMessage = (reader: Reader, end: number, fields: Fields): void => {
  while (reader.pos < end) {
    const tag = reader.tag();
    const known = readerFor(fields[tag >>> 3], tag & 7);
    if (known === undefined) reader.skipType(tag & 7, 0, tag >>> 3);
    else known.read(reader);
    if (reader.pos > end) throw new RangeError('a field reaches beyond its message');
  }
};

/** Makes nothing: a tree ensemble has a field for each number of each of its nodes. */
const readerFor = (named: Fields[number] | undefined, type: number): FieldReader | undefined => {
  if (named === undefined) return undefined;
  if ('read' in named) return named.wire === type ? named : undefined;
  return named.find((field) => field.wire === type);
};

/** A nested message; `fields` is asked for anew each time it comes, and told where it ends. */
export const message = (fields: (reader: Reader, end: number) => Fields): FieldReader => ({
  wire: wire.bytes,
  read: (reader) => {
    const length = reader.size();
    const end = reader.pos + length;
    readMessage(reader, end, fields(reader, end));
  },
});

export const text = (set: (value: string) => void): FieldReader => ({
  wire: wire.bytes,
  read: (reader) => set(reader.stringVerify()),
});

export const int = (set: (value: bigint) => void): FieldReader => ({
  wire: wire.varint,
  read: (reader) => set(int64(reader)),
});

/** A repeated integer, which writers may pack or not and readers must take either way. */
export const ints = (add: (value: bigint) => void): readonly FieldReader[] => [
  int(add),
  {
    wire: wire.bytes,
    read: (reader) => {
      const end = reader.size() + reader.pos;
      while (reader.pos < end) add(int64(reader));
      if (reader.pos !== end) throw new RangeError('a packed field reaches beyond its end');
    },
  },
];

const int64 = (reader: Reader): bigint => BigInt(reader.int64().toString());
