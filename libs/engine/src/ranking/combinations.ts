import { PanelKeys } from './panel-keys.js';
import type { RowBuffer } from './row-buffer.js';

/** The columns of a panel, and how many codes each has. */
export interface CodedPanel {
  readonly columns: readonly number[];
  readonly sizes: readonly number[];
}

/** The largest table of combinations by their keys. */
const largestTable = 2 ** 20;
/** Cells of rows are kept in 16 bits, a label among them. */
const most = 2 ** 15;

/** Numbers the combinations of a panel's codes in the order in which rows come with them. */
export class Combinations {
  /** By number. */
  readonly keys: number[] = [];
  private readonly strides: readonly number[];
  /** The number of a key and 1, as far as it was met. */
  private readonly table: Uint16Array | null;
  private readonly known = new Map<number, number>();
  private readonly numbers: Uint16Array;
  private readonly keyOfRow: Int32Array | Float64Array;

  constructor(
    private readonly panel: CodedPanel,
    rowsPerBuffer: number,
  ) {
    const { strides, count } = new PanelKeys(panel.sizes);
    this.strides = strides;
    this.table = count <= largestTable ? new Uint16Array(count) : null;
    this.numbers = new Uint16Array(rowsPerBuffer);
    this.keyOfRow =
      this.table === null ? new Float64Array(rowsPerBuffer) : new Int32Array(rowsPerBuffer);
  }

  /** The numbers of some of a buffer's rows; the memory is the same at each call. */
  of({ codes }: RowBuffer, rows: Uint16Array, count: number): Uint16Array {
    const { numbers, keyOfRow, table } = this;
    if (this.panel.columns.length === 0) keyOfRow.fill(0, 0, count);
    this.panel.columns.forEach((column, at) => {
      const own = codes[column] as Uint16Array;
      const stride = this.strides[at] as number;
      // The first column has a stride of 1.
      if (at === 0)
        for (let index = 0; index < count; index += 1)
          keyOfRow[index] = own[rows[index] as number] as number;
      else
        for (let index = 0; index < count; index += 1)
          keyOfRow[index] =
            (keyOfRow[index] as number) + (own[rows[index] as number] as number) * stride;
    });
    for (let index = 0; index < count; index += 1) {
      const key = keyOfRow[index] as number;
      const found = table === null ? (this.known.get(key) ?? 0) : (table[key] as number);
      numbers[index] = found === 0 ? this.add(key) : found - 1;
    }
    return numbers;
  }

  private add(key: number): number {
    const number = this.keys.length;
    if (number === most) throw new Error('A panel has too many combinations of codes.');
    this.keys.push(key);
    if (this.table === null) this.known.set(key, number + 1);
    else this.table[key] = number + 1;
    return number;
  }
}
