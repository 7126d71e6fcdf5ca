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

/** Numbers the combinations of a panel's codes: by their keys if there are few of these, else as rows come with them. */
export class Combinations {
  /** By number. */
  readonly keys: number[];
  /** There are no more numbers than this. */
  readonly most: number;
  private readonly strides: readonly number[];
  /** What to add to the sum of codes times strides. */
  private readonly origin: number;
  /** The number of a key and 1, as far as it was met. */
  private readonly table: Uint16Array | null;
  private readonly known = new Map<number, number>();
  private readonly isByKey: boolean;
  private readonly keyOfRow: Int32Array | Float64Array;

  constructor(
    private readonly panel: CodedPanel,
    /** What the first code of a column is in buffers. */
    first: 0 | 1,
    rowsAtOnce: number,
    /** Whether a few combinations may be numbered by their keys, whether or not any row comes with them. */
    mayByKey = true,
  ) {
    const { strides, count } = new PanelKeys(panel.sizes);
    this.strides = strides;
    this.origin = -first * strides.reduce((sum, stride) => sum + stride, 0);
    this.isByKey = mayByKey && count <= mostKeys;
    this.most = Math.min(count, mostNumbers);
    this.keys = this.isByKey ? Array.from({ length: count }, (_, key) => key) : [];
    this.table = !this.isByKey && count <= largestTable ? new Uint16Array(count) : null;
    this.keyOfRow =
      count <= largestTable ? new Int32Array(rowsAtOnce) : new Float64Array(rowsAtOnce);
  }

  /** Tells the numbers of a buffer's rows from `from` up to, but without, `to`. */
  of({ codes }: RowBuffer, from: number, to: number, numbers: Int32Array): void {
    const { isByKey, strides } = this;
    const keys = isByKey ? numbers : this.keyOfRow;
    const own = this.panel.columns.map((column) => codes[column] as Uint16Array | Int32Array);
    keys.fill(this.origin, 0, to - from);
    // Two columns at a time, which most panels have: memory is what takes time.
    for (let at = 0; at < own.length; at += 2) {
      const first = own[at] as Uint16Array | Int32Array;
      const stride = strides[at] as number;
      const second = own[at + 1] ?? first;
      const other = strides[at + 1] ?? 0;
      for (let row = from; row < to; row += 1)
        keys[row - from] =
          (keys[row - from] as number) +
          (first[row] as number) * stride +
          (second[row] as number) * other;
    }
    if (!isByKey) this.number(numbers, to - from);
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
