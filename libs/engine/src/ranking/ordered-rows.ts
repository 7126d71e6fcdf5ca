import { chunkRows, type BucketedPart } from './bucketed-rows.js';
import { makeRows, takeInOrder, type SortableRows, type TakeRows } from './sort-rows.js';

/** Rows of some buckets, which several threads put there. */
export interface OrderedRows {
  readonly parts: readonly BucketedPart[];
  /** Of each part, by panel, what its cells are called here. */
  readonly cells: readonly (readonly Uint16Array[])[];
  /** The first bucket, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Rows of a part that lie together: from the first up to, but without, the second. */
type Range = readonly [part: number, from: number, to: number];

/** Hands out all rows from the lowest score to the highest, see `takeInOrder`. */
export const takeBuckets = (ordered: OrderedRows, take: TakeRows): void => {
  const buckets = rangesByBucket(ordered);
  const longest = buckets.reduce((most, ranges) => Math.max(most, lengthOf(ranges)), 0);
  const [first] = ordered.parts;
  if (first === undefined) return;
  const make = (): SortableRows =>
    makeRows(longest, first.rows.cells.length, first.rows.masses !== null);
  const [bucket, scratch] = [make(), make()];
  for (const ranges of buckets) {
    let length = 0;
    for (const range of ranges) length = copy(ordered, range, bucket, length);
    if (length > 0) takeInOrder(bucket, scratch, length, take);
  }
};

const rangesByBucket = ({ parts, from, to }: OrderedRows): Range[][] => {
  const buckets: Range[][] = Array.from({ length: to - from }, () => []);
  parts.forEach(({ owners, next }, part) => {
    owners.forEach((owner, chunk) => {
      if (owner < from || owner >= to) return;
      const start = chunk * chunkRows;
      const end = next[owner] as number;
      // Only the bucket's last chunk may not be full.
      const isLast = end > start && end <= start + chunkRows;
      buckets[owner - from]?.push([part, start, isLast ? end : start + chunkRows]);
    });
  });
  return buckets;
};

const lengthOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, [, from, to]) => sum + to - from, 0);

/** @returns where the next row goes */
const copy = (
  { parts, cells }: OrderedRows,
  [part, from, to]: Range,
  into: SortableRows,
  at: number,
): number => {
  const { rows } = parts[part] as BucketedPart;
  into.scores.set(rows.scores.subarray(from, to), at);
  rows.cells.forEach((own, panel) =>
    rename(
      own as Uint16Array,
      from,
      to,
      (cells[part] as readonly Uint16Array[])[panel] as Uint16Array,
      into.cells[panel] as Uint16Array,
      at,
    ),
  );
  if (rows.masses !== null) into.masses?.set(rows.masses.subarray(from, to), at);
  return at + to - from;
};

const rename = (
  own: Uint16Array,
  from: number,
  to: number,
  names: Uint16Array,
  into: Uint16Array,
  at: number,
): void => {
  for (let row = from; row < to; row += 1)
    into[at + row - from] = names[own[row] as number] as number;
};
