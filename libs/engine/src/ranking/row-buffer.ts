/** Different values of a row's marks. */
export const markings = 8;

/** What the rows of a buffer have beside marks and score. */
export interface BufferShape {
  readonly rows: number;
  /** Coded columns; none where marks tell the codes. */
  readonly codes: number;
  readonly weighted: boolean;
  /** Whether rows have a second score. */
  readonly paired?: boolean;
  /** Whether marks are `Positions`, in which codes are, too. */
  readonly inPositions?: boolean;
}

/** Rows on their way to the threads that rank them, which all read the same memory. */
export interface RowBuffer {
  readonly shared: SharedArrayBuffer;
  readonly scores: Float64Array;
  /** The champion's scores, where both are looked at together. */
  readonly rivals: Float64Array | null;
  readonly masses: Float64Array | null;
  readonly codes: readonly Uint16Array[];
  /**
   * The label as 1 or 0; where rows are counted, 2 more for a predicted favorable label and 4 more for the champion's.
   * Or positions of label and codes.
   */
  readonly marks: Uint8Array | Int32Array;
}

export const rowBuffer = (shape: BufferShape, shared = sharedFor(shape)): RowBuffer => {
  const { rows, codes, weighted, paired = false, inPositions = false } = shape;
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
    marks: inPositions
      ? new Int32Array(shared, fromMarks, rows)
      : new Uint8Array(shared, fromMarks, rows),
  };
};

const sharedFor = ({ rows, codes, weighted, paired, inPositions }: BufferShape) => {
  const perRow =
    8 + (paired ? 8 : 0) + (weighted ? 8 : 0) + 2 * codes + (inPositions === true ? 4 : 1);
  return new SharedArrayBuffer(rows * perRow);
};
