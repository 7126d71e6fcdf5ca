import { PanelKeys } from './panel-keys.js';
import type { RowBuffer } from './row-buffer.js';

/** The columns of a panel, and how many codes each has. */
export interface CodedPanel {
  readonly columns: readonly number[];
  readonly sizes: readonly number[];
}

/** Up to so many combinations are numbered by their keys: what is kept of each of them stays small. */
const mostKeys = 2 ** 12;
/** The largest table of combinations by their keys. */
const largestTable = 2 ** 20;
/** Cells of rows are kept in 16 bits, a label among them. */
const mostNumbers = 2 ** 15;

/** Combinations of all columns' codes up to which rows may come in positions: each has its place in a table. */
export const mostPositions = 2 ** 16;

/** The keys of a panel's combinations of codes, by a row's positions: see `Positions`. */
class KeysByPosition {
  /** Of the first label and the first codes. */
  private readonly origin: number;
  /** By combination of all columns' codes. */
  private readonly keys: Int32Array;

  constructor({ columns, sizes: own }: CodedPanel, sizes: readonly number[]) {
    const all = new PanelKeys(sizes);
    const { strides } = new PanelKeys(own);
    this.origin = 1 + 2 * all.strides.reduce((sum, stride) => sum + stride, 0);
    this.keys = Int32Array.from({ length: all.count }, (_, key) => {
      const codes = all.codesOf(key);
      return columns.reduce(
        (sum, column, at) => sum + (codes[column] as number) * (strides[at] as number),
        0,
      );
    });
  }

  of(
    positions: RowBuffer['marks'],
    from: number,
    to: number,
    keys: Int32Array | Float64Array,
  ): void {
    const { keys: byPosition, origin } = this;
    // The label is what is left of half.
    for (let row = from; row < to; row += 1)
      keys[row - from] = byPosition[((positions[row] as number) - origin) >> 1] as number;
  }
}

/** Numbers the combinations of a panel's codes: by their keys if there are few of these, else as rows come with them. */
export class Combinations {
  /** By number. */
  readonly keys: number[];
  /** There are no more numbers than this. */
  readonly most: number;
  private readonly strides: readonly number[];
  /** Where rows come in positions, keys by these. */
  private readonly positions: KeysByPosition | null;
  /** The number of a key and 1, as far as it was met. */
  private readonly table: Uint16Array | null;
  private readonly known = new Map<number, number>();
  private readonly isByKey: boolean;
  private readonly keyOfRow: Int32Array | Float64Array;

  constructor(
    private readonly panel: CodedPanel,
    rowsAtOnce: number,
    /** How many codes each column has, where rows come in positions. */
    sizes: readonly number[] | null,
    /** Whether a few combinations may be numbered by their keys, whether or not any row comes with them. */
    mayByKey = true,
  ) {
    const { strides, count } = new PanelKeys(panel.sizes);
    this.strides = strides;
    this.positions = sizes && new KeysByPosition(panel, sizes);
    this.isByKey = mayByKey && count <= mostKeys;
    this.most = Math.min(count, mostNumbers);
    this.keys = this.isByKey ? Array.from({ length: count }, (_, key) => key) : [];
    this.table = !this.isByKey && count <= largestTable ? new Uint16Array(count) : null;
    this.keyOfRow =
      count <= largestTable ? new Int32Array(rowsAtOnce) : new Float64Array(rowsAtOnce);
  }

  /** Tells the numbers of a buffer's rows from `from` up to, but without, `to`. */
  of(buffer: RowBuffer, from: number, to: number, numbers: Int32Array): void {
    const keys = this.isByKey ? numbers : this.keyOfRow;
    if (this.positions === null) this.keysOf(buffer, from, to, keys);
    else this.positions.of(buffer.marks, from, to, keys);
    if (!this.isByKey) this.number(numbers, to - from);
  }

  private keysOf(
    { codes }: RowBuffer,
    from: number,
    to: number,
    keys: Int32Array | Float64Array,
  ): void {
    const { strides } = this;
    const own = this.panel.columns.map((column) => codes[column] as Uint16Array);
    keys.fill(0, 0, to - from);
    // Two columns at a time, which most panels have: memory is what takes time.
    for (let at = 0; at < own.length; at += 2) {
      const first = own[at] as Uint16Array;
      const stride = strides[at] as number;
      const second = own[at + 1] ?? first;
      const other = strides[at + 1] ?? 0;
      for (let row = from; row < to; row += 1)
        keys[row - from] =
          (keys[row - from] as number) +
          (first[row] as number) * stride +
          (second[row] as number) * other;
    }
  }

  private number(numbers: Int32Array, count: number): void {
    const { keyOfRow, table } = this;
    for (let index = 0; index < count; index += 1) {
      const key = keyOfRow[index] as number;
      const found = table === null ? (this.known.get(key) ?? 0) : (table[key] as number);
      numbers[index] = found === 0 ? this.add(key) : found - 1;
    }
  }

  private add(key: number): number {
    const number = this.keys.length;
    if (number === mostNumbers) throw new Error('A panel has too many combinations of codes.');
    this.keys.push(key);
    if (this.table === null) this.known.set(key, number + 1);
    else this.table[key] = number + 1;
    return number;
  }
}
