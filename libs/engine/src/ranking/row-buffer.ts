/** What the rows of a buffer have beside label and score. */
export interface BufferShape {
  readonly rows: number;
  /** Coded columns. */
  readonly codes: number;
  readonly weighted: boolean;
}

/** Rows on their way to the threads that rank them, which all read the same memory. */
export interface RowBuffer {
  readonly shared: SharedArrayBuffer;
  readonly scores: Float64Array;
  readonly masses: Float64Array | null;
  readonly codes: readonly Uint16Array[];
  readonly labels: Uint8Array;
}

export const rowBuffer = (
  { rows, codes, weighted }: BufferShape,
  shared = new SharedArrayBuffer(rows * (8 + (weighted ? 8 : 0) + 2 * codes + 1)),
): RowBuffer => {
  const fromMasses = 8 * rows;
  const fromCodes = fromMasses + (weighted ? 8 * rows : 0);
  const fromLabels = fromCodes + 2 * codes * rows;
  return {
    shared,
    scores: new Float64Array(shared, 0, rows),
    masses: weighted ? new Float64Array(shared, fromMasses, rows) : null,
    codes: Array.from(
      { length: codes },
      (_, index) => new Uint16Array(shared, fromCodes + 2 * index * rows, rows),
    ),
    labels: new Uint8Array(shared, fromLabels, rows),
  };
};
