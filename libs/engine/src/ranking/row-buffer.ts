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
  /** Whether marks and codes come as positions from 1, see `Positions`. */
  readonly inPositions?: boolean;
}

/** Rows on their way to the threads that rank them, which all read the same memory. */
export interface RowBuffer {
  readonly shared: SharedArrayBuffer;
  readonly scores: Float64Array;
  /** The champion's scores, where both are looked at together. */
  readonly rivals: Float64Array | null;
  readonly masses: Float64Array | null;
  readonly codes: readonly (Uint16Array | Int32Array)[];
  /**
   * The label as 1 or 0; where rows are counted, 2 more for a predicted favorable label and 4 more for the champion's.
   * As a position, 1 or 2.
   */
  readonly marks: Uint8Array | Int32Array;
}

export const rowBuffer = (shape: BufferShape, shared = sharedFor(shape)): RowBuffer => {
  const { rows, codes, weighted, paired = false, inPositions = false } = shape;
  const { perCode } = bytesOf(shape);
  const fromMasses = (paired ? 16 : 8) * rows;
  const fromCodes = fromMasses + (weighted ? 8 * rows : 0);
  const fromMarks = fromCodes + perCode * codes * rows;
  return {
    shared,
    scores: new Float64Array(shared, 0, rows),
    rivals: paired ? new Float64Array(shared, 8 * rows, rows) : null,
    masses: weighted ? new Float64Array(shared, fromMasses, rows) : null,
    codes: Array.from({ length: codes }, (_, index) => {
      const from = fromCodes + perCode * index * rows;
      return inPositions ? new Int32Array(shared, from, rows) : new Uint16Array(shared, from, rows);
    }),
    marks: inPositions
      ? new Int32Array(shared, fromMarks, rows)
      : new Uint8Array(shared, fromMarks, rows),
  };
};

const bytesOf = ({ inPositions }: BufferShape): { perMark: number; perCode: number } =>
  inPositions === true ? { perMark: 4, perCode: 4 } : { perMark: 1, perCode: 2 };

const sharedFor = (shape: BufferShape): SharedArrayBuffer => {
  const { perMark, perCode } = bytesOf(shape);
  const perRow =
    8 + (shape.paired ? 8 : 0) + (shape.weighted ? 8 : 0) + perCode * shape.codes + perMark;
  return new SharedArrayBuffer(shape.rows * perRow);
};
