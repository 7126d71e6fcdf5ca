import { mergeMoments } from './merge-losses.js';
import type { Cell } from './profile.js';

/** Cells add up. */
export const mergeCells = (parts: readonly (readonly Cell[])[]): Cell[] => {
  const merged = new Map<string, Cell>();
  for (const cell of parts.flat()) {
    const key = `${cell.label} ${cell.prediction} ${cell.champion}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? cell : mergeCell(known, cell));
  }
  // In one order, whatever that of the parts.
  return [...merged.entries()].toSorted(([a], [b]) => byCodeUnits(a, b)).map(([, cell]) => cell);
};

const mergeCell = (one: Cell, other: Cell): Cell => ({
  ...one,
  count: one.count + other.count,
  ...(one.weight && other.weight && { weight: mergeMoments([one.weight, other.weight]) }),
  ...(one.amount && other.amount && { amount: mergeMoments([one.amount, other.amount]) }),
});

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
