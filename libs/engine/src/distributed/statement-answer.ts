import { z } from 'zod';

/** What Trino answers to a statement and to each call of its `nextUri`; fields that nobody here needs are left out. */
export const statementAnswerSchema = z.object({
  id: z.string(),
  nextUri: z.string().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
  data: z.array(z.array(z.unknown())).optional(),
  error: z
    .object({
      message: z.string().default('no reason given'),
      errorName: z.string().default('GENERIC_INTERNAL_ERROR'),
      errorType: z.string().default('INTERNAL_ERROR'),
      errorLocation: z
        .object({ lineNumber: z.number().int(), columnNumber: z.number().int() })
        .optional(),
    })
    .optional(),
});
export type StatementAnswer = z.output<typeof statementAnswerSchema>;
export type StatementError = NonNullable<StatementAnswer['error']>;

/** A value as JavaScript has it. Decimals, dates and the like stay texts. */
export type SqlValue = string | number | boolean | null;

/** A row by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

const integers = new Set(['tinyint', 'smallint', 'integer', 'bigint']);
const special: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/**
 * A value of a result by its column's type.
 *
 * @throws TypeError when the value isn't of that type, or an integer is beyond 2⁵³ and so no longer exact
 */
export const valueOfJson = (
  value: unknown,
  { name, type }: { readonly name: string; readonly type: string },
): SqlValue => {
  const isNumber = integers.has(type) || type === 'double' || type === 'real';
  if (value === null || (typeof value === 'boolean' && type === 'boolean')) return value;
  // JSON has no NaN and no infinities; Trino writes them as texts.
  if (isNumber && typeof value === 'string' && value in special) return special[value] as number;
  if (typeof value === 'number' && isNumber) {
    if (!integers.has(type) || Number.isSafeInteger(value)) return value;
    throw new TypeError(`the column ${name} holds an integer beyond 2^53`);
  }
  if (typeof value === 'string' && !isNumber) return value;
  throw new TypeError(`the column ${name} of type ${type} holds a ${typeof value}`);
};
