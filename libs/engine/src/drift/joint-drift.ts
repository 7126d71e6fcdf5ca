import type { JointDrift, MeanError, NormalEstimate, Sides } from '@sluice/evaluation';
import {
  domainClassifier,
  reconstructionErrors,
  seededRandom,
  type ReconstructionError,
} from '@sluice/statistics';
import type { PairedColumn, Tables } from './drift-columns.js';
import { numberRows, sampleSql } from './number-stream.js';

/** Rows of either table that are taken at most: an AUC of as many is known to 0.01. */
const mostRows = 20_000;
const leastRows = 20;
/** The discriminant takes time in the cube of its columns, which are these and their squares. */
const mostColumns = 200;

/** What rests on several columns of a row: taken over rows in which none of them is missing or infinite. */
export const jointDrift = async (
  columns: readonly PairedColumn[],
  tables: Tables,
  rows: Sides,
): Promise<JointDrift> => {
  const numeric = columns.filter(({ kind }) => kind === 'numeric');
  const taken = {
    reference: await completeRows(numeric, 'reference', tables, rows),
    current: await completeRows(numeric, 'current', tables, rows),
  };
  return jointFigures(
    numeric.map(({ name }) => name),
    taken,
  );
};

/** The figures of complete rows, given as columns. */
export const jointFigures = (
  columns: readonly string[],
  taken: Sides<Float64Array[]>,
): JointDrift => {
  const counts = { reference: rowsOf(taken.reference), current: rowsOf(taken.current) };
  const about = { columns, rows: counts };
  const why = hindrance(columns.length, counts);
  if (why !== null)
    return { ...about, undefinedBecause: why, domainClassifier: null, reconstruction: null };
  return {
    ...about,
    undefinedBecause: null,
    domainClassifier: classified(taken),
    reconstruction: reconstructions(taken),
  };
};

const classified = ({ reference, current }: Sides<Float64Array[]>): NormalEstimate | null => {
  const found = domainClassifier(reference, current, { random: seededRandom([1]) });
  return (
    found && {
      estimate: found.estimate,
      standardError: found.standardError,
      n: found.n,
      method: found.interval.method,
    }
  );
};

const hindrance = (columns: number, rows: Sides): string | null => {
  if (columns === 0) return 'there is no numeric column';
  if (columns > mostColumns)
    return `there are ${columns} numeric columns, and at most ${mostColumns} are taken together; name the ones that matter in drift.columns`;
  const few = (['reference', 'current'] as const).find((side) => rows[side] < leastRows);
  return few === undefined
    ? null
    : `the ${few} data has ${rows[few]} rows in which no numeric column is missing; at least ${leastRows} are needed`;
};

const rowsOf = (columns: readonly Float64Array[]): number => columns[0]?.length ?? 0;

const completeRows = async (
  columns: readonly PairedColumn[],
  side: keyof Tables,
  tables: Tables,
  rows: Sides,
): Promise<Float64Array[]> => {
  if (columns.length === 0 || columns.length > mostColumns) return [];
  const kept: number[][] = columns.map(() => []);
  const values = columns.map(({ plain }) => plain[side]);
  for await (const chunk of numberRows(tables[side], values, sampleSql(rows[side], mostRows)))
    for (let row = 0; row < chunk.rows; row += 1)
      if (chunk.columns.every((column) => Number.isFinite(column[row])))
        chunk.columns.forEach((column, index) => kept[index]?.push(column[row] as number));
  return kept.map((column) => Float64Array.from(column));
};

const reconstructions = (taken: Sides<Float64Array[]>): Sides<MeanError> | null => {
  const found = reconstructionErrors(taken.reference, taken.current);
  if (found === null) return null;
  const of = ({ mean, standardError, n }: ReconstructionError): MeanError => ({
    mean: mean as number,
    standardError: standardError as number,
    n,
  });
  return { reference: of(found.reference), current: of(found.current) };
};
