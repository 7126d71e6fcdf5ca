/** Different values of a row's marks. */
export const markings = 8;

/** What the rows of a buffer have beside marks and score. */
export interface BufferShape {
  readonly rows: number;
  /** Coded columns. */
  readonly codes: number;
  readonly weighted: boolean;
  /** Whether rows have a second score. */
  readonly paired?: boolean;
}

/** Rows on their way to the threads that rank them, which all read the same memory. */
export interface RowBuffer {
  readonly shared: SharedArrayBuffer;
  readonly scores: Float64Array;
  /** The champion's scores, where both are looked at together. */
  readonly rivals: Float64Array | null;
  readonly masses: Float64Array | null;
  readonly codes: readonly Uint16Array[];
  /** The label as 1 or 0; where rows are counted, 2 more for a predicted favorable label and 4 more for the champion's. */
  readonly marks: Uint8Array;
}

export const rowBuffer = (
  { rows, codes, weighted, paired = false }: BufferShape,
  shared = new SharedArrayBuffer(
    rows * (8 + (paired ? 8 : 0) + (weighted ? 8 : 0) + 2 * codes + 1),
  ),
): RowBuffer => {
  const fromMasses = (paired ? 16 : 8) * rows;
  const fromCodes = fromMasses + (weighted ? 8 * rows : 0);
  const fromMarks = fromCodes + 2 * codes * rows;
  return {
    shared,
    scores: new Float64Array(shared, 0, rows),
    rivals: paired ? new Float64Array(shared, 8 * rows, rows) : null,
    masses: weighted ? new Float64Array(shared, fromMasses, rows) : null,
    codes: Array.from(
      { length: codes },
      (_, index) => new Uint16Array(shared, fromCodes + 2 * index * rows, rows),
    ),
    marks: new Uint8Array(shared, fromMarks, rows),
  };
};
