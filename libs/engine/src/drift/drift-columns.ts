import { nearestName, type Fault, type Policy } from '@sluice/contracts';
import type { Sides } from '@sluice/evaluation';
import type { Column } from '../dataset/column.js';
import type { Dataset } from '../dataset/dataset.js';
import { columnNames } from '../dataset/policy-columns.js';
import { quoteName, textSql } from '../dataset/sql.js';

/** The current table and the one that it is compared with. */
export interface Tables {
  readonly reference: Dataset;
  readonly current: Dataset;
}

/** A column of both tables, and the SQL of its values in either: NULL where there is none. */
export interface PairedColumn {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
  readonly integers: boolean;
  readonly reference: string;
  readonly current: string;
  /** Of numbers, the same for streams of rows: missing are also those that are NaN, and −0 is itself. Quicker by half. */
  readonly plain: Sides<string>;
}

export interface PairedColumns {
  readonly columns: readonly PairedColumn[];
  readonly faults: Omit<Fault, 'file'>[];
  /** Columns that nobody named and that can't be compared, with the reason. */
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
}

/** Finds the columns that are compared, and what each holds; what can't be compared is a fault if the policy names it. */
export const pairColumns = async (policy: Policy, tables: Tables): Promise<PairedColumns> => {
  const faults: Omit<Fault, 'file'>[] = [];
  const leftOut: { column: string; reason: string }[] = [];
  const columns: PairedColumn[] = [];
  const named = policy.drift?.columns;
  const names = named ?? comparedColumns(policy, tables.current);
  const contents = {
    reference: await lookInto(tables.reference, names),
    current: await lookInto(tables.current, names),
  };
  const codes = new Set(policy.drift?.categorical);
  for (const name of [...codes].filter((code) => !names.includes(code)))
    faults.push(missing(name, 'drift.categorical', tables.current));
  for (const [index, name] of names.entries()) {
    const path = named === undefined ? 'data.reference' : `drift.columns[${index}]`;
    const absent = (['reference', 'current'] as const).filter(
      (side) => tables[side].column(name) === undefined,
    );
    if (absent.length > 0) {
      faults.push(...absent.map((side) => missing(name, path, tables[side])));
      continue;
    }
    const of = (side: keyof Tables): Content => contents[side].get(name) as Content;
    const pair = pairOf(name, of('reference'), of('current'), codes.has(name));
    if ('columns' in pair) columns.push(pair.columns);
    else if (pair.tellsNothing && named === undefined)
      leftOut.push({ column: name, reason: pair.message });
    else
      faults.push({
        path,
        message: `the column ${JSON.stringify(name)} ${pair.message}`,
        ...about(pair),
      });
  }
  return { columns, faults, leftOut };
};

const about = ({ found, expected }: Unpaired) => ({
  ...(found === undefined ? {} : { found }),
  expected,
  hint: 'Leave the column out by naming the others in drift.columns, or write it alike in both tables.',
});

/** All but what the model gives and what is compared with it, and what only says something as a part of an embedding. */
const comparedColumns = ({ columns, drift }: Policy, current: Dataset): string[] => {
  const others = [
    columns.label,
    columns.score,
    columns.prediction,
    columns.weight,
    ...Object.values(columns.scores ?? {}),
    ...(drift?.embeddings ?? []).flatMap((each) => each.columns ?? [each.column]),
  ];
  return current.columns.map(({ name }) => name).filter((name) => !others.includes(name));
};

const missing = (name: string, path: string, dataset: Dataset): Omit<Fault, 'file'> => {
  const near = nearestName(
    name,
    dataset.columns.map((column) => column.name),
  );
  return {
    path,
    message: `${dataset.name} has no column ${JSON.stringify(name)}`,
    expected: `one of the columns ${columnNames(dataset)}`,
    hint:
      near === undefined
        ? 'Name the columns that both tables have in drift.columns.'
        : `Did you mean ${JSON.stringify(near)}?`,
  };
};

/** What a column holds: `nothing` fits whatever the other table's column holds. */
interface Content {
  readonly column: Column;
  readonly holds: 'numbers' | 'texts' | 'truths' | 'nothing' | 'other';
  /** The values as numbers, when they are some. */
  readonly number: string;
  readonly plainNumber: string;
}

const lookInto = async (
  dataset: Dataset,
  names: readonly string[],
): Promise<Map<string, Content>> => {
  const columns = names.flatMap((name) => dataset.column(name) ?? []);
  // Text of CSV is numbers when all of it is; a column of a foreign type may hold nothing at all.
  const unclear = columns.filter(
    (column) => column.untyped || (column.kind === 'other' && !isTime(column)),
  );
  const counts = unclear.map(
    (column, index) =>
      `count(${quoteName(column.name)}) AS n${index}, count(TRY_CAST(CAST(${quoteName(column.name)} AS VARCHAR) AS DOUBLE)) AS m${index}`,
  );
  const [found = {}] =
    unclear.length === 0 ? [] : await dataset.query(`SELECT ${counts.join(', ')} FROM data`);
  return new Map(
    columns.map((column) => {
      const position = unclear.indexOf(column);
      const [values, numbers] = ['n', 'm'].map((key) => Number(found[`${key}${position}`]));
      const holds =
        position >= 0 && values === 0
          ? 'nothing'
          : column.untyped && values === numbers
            ? 'numbers'
            : typedContent(column);
      const plainNumber = plainNumberSql(column);
      return [column.name, { column, holds, number: numberSql(plainNumber), plainNumber }];
    }),
  );
};

const typedContent = (column: Column): Content['holds'] => {
  if (column.kind === 'integer' || column.kind === 'number' || isTime(column)) return 'numbers';
  if (column.kind === 'boolean') return 'truths';
  return column.kind === 'text' ? 'texts' : 'other';
};

/** Dates and times are compared as numbers: the seconds since 1970. */
const isTime = ({ type }: Column): boolean => /^(DATE|TIMESTAMP.*)$/.test(type);

const plainNumberSql = (column: Column): string => {
  const name = quoteName(column.name);
  return isTime(column) ? `CAST(epoch(${name}) AS DOUBLE)` : `TRY_CAST(${name} AS DOUBLE)`;
};

/** NaN is no value, and −0 is 0. */
const numberSql = (number: string): string =>
  `CASE WHEN NOT isnan(${number}) THEN ${number} + 0.0 END`;

interface Unpaired {
  readonly message: string;
  readonly found?: string;
  readonly expected: string;
  /** Whether it can be left out without a word of the policy. */
  readonly tellsNothing: boolean;
}

const pairOf = (
  name: string,
  reference: Content,
  current: Content,
  code: boolean,
): { columns: PairedColumn } | Unpaired => {
  const both = [reference, current];
  const other = both.find(({ holds }) => holds === 'other');
  if (other)
    return {
      message: `is of the type ${other.column.type}, which is not compared`,
      found: other.column.type,
      expected: 'numbers, dates, texts or true and false',
      tellsNothing: true,
    };
  const holds = new Set(both.map((each) => each.holds).filter((each) => each !== 'nothing'));
  const untyped = both.every(({ column }) => column.untyped || column.kind === 'text');
  if (holds.has('numbers') && holds.size > 1 && !untyped)
    return {
      message: 'holds numbers in one table, and something else in the other',
      found: `${reference.column.type} in the reference, ${current.column.type} in the evaluation data`,
      expected: 'the same kind of values in both',
      tellsNothing: false,
    };
  const numbers = holds.size === 1 && holds.has('numbers');
  const isInteger = ({ column }: Content): boolean => column.kind === 'integer';
  const value = (content: Content): string => {
    if (!numbers) return textSql(content.column);
    return code ? `CAST(${content.number} AS VARCHAR)` : content.number;
  };
  return {
    columns: {
      name,
      kind: numbers && !code ? 'numeric' : 'categorical',
      integers: both.every(isInteger),
      reference: value(reference),
      current: value(current),
      plain: { reference: reference.plainNumber, current: current.plainNumber },
    },
  };
};
