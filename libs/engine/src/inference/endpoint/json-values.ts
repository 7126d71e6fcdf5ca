import type { Storage } from '../../dataset/sql.js';

/** Rows of a batch, input by input. */
export interface RowsOfInputs {
  readonly rows: number;
  readonly inputs: readonly {
    readonly name: string;
    readonly storage: Storage;
    /** The dimensions after the first. */
    readonly shape: readonly number[];
    /** The values of each row. */
    readonly width: number;
    valueAt(row: number, index: number): unknown;
  }[];
}

/**
 * A value as JSON. What is missing is null: JSON has no NaN. Integers that other languages would round are texts, as
 * protobuf's JSON has them.
 */
export const jsonNumber = (value: unknown, storage: Storage): string => {
  if (storage === 'text') return JSON.stringify(value);
  if (storage === 'uint8') return Number(value) === 1 ? 'true' : 'false';
  const number = Number(value);
  if (storage === 'int64')
    return Number.isSafeInteger(number) ? String(number) : `"${String(value)}"`;
  if (Number.isFinite(number)) return String(number);
  return Number.isNaN(number) ? 'null' : `"${number}"`;
};

/** A number that JSON has no word for, as its number; anything else as it is. */
export const numberOfJson = (value: unknown): number | string | boolean => {
  if (value === null || value === 'NaN') return NaN;
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  return value as number | string | boolean;
};
