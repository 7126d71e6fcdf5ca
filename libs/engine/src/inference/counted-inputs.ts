import { surveyInputs, type NeededColumn } from '../dataset/input-survey.js';
import type { Column } from '../dataset/column.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Storage } from '../dataset/sql.js';
import { FaultCollector } from '../fault-collector.js';
import type { BoundInput } from './bind-inputs.js';
import type { BoundModel } from './candidate.js';

/*
 * Most of what surveys find in models' inputs is that nothing is missing, at the price of reading them all once more.
 * Typed numbers become floating-point ones whatever they are, or else NaN; so whoever scores can count these on the way.
 */

/** Whether values that are missing, and those that don't convert, reach the model as NaN. */
export const endsInNaN = ({ storage, width, columns }: BoundInput): boolean =>
  isFloat(storage) && width === null && columns.every(({ untyped }) => !untyped);

const isFloat = (storage: Storage): boolean => storage === 'float32' || storage === 'float64';

/** Whether every value of a typed column has its like among floating-point numbers: 1e300 has none of 32 bits. */
const alwaysConverts = ({ kind, type }: Column, storage: Storage): boolean =>
  storage === 'float64' || (kind !== 'other' && type !== 'DOUBLE' && type !== 'UHUGEINT');

/** Of the columns that models take, each once. */
export const neededColumns = (
  models: readonly (BoundModel | undefined)[],
  isWanted: (input: BoundInput) => boolean = () => true,
): NeededColumn[] => {
  const all = models.flatMap((model) =>
    (model?.inputs ?? [])
      .filter(isWanted)
      .flatMap(({ columns, storage, width }) =>
        columns.map((column) => ({ column, storage, width })),
      ),
  );
  const isSame = (a: NeededColumn, b: NeededColumn): boolean =>
    a.column === b.column && a.storage === b.storage && a.width === b.width;
  return all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
};

/** Which of a model's columns a count of NaN is of. */
export const countedColumns = ({ inputs }: BoundModel): Column[] =>
  inputs.filter(endsInNaN).flatMap(({ columns }) => columns);

/**
 * Looks for values that don't convert in columns that were scored unsurveyed.
 *
 * @param mayMiss whether a column may have NaN
 * @throws SluiceError `invalid_data`
 */
export const throwMisfits = async (
  models: readonly BoundModel[],
  dataset: Dataset,
  mayMiss: (column: Column) => boolean,
): Promise<void> => {
  const unsure = neededColumns(models, endsInNaN).filter(
    ({ column, storage }) => !alwaysConverts(column, storage) && mayMiss(column),
  );
  const faults = new FaultCollector(dataset.name);
  await surveyInputs(unsure, dataset, faults);
  faults.throwIfAny();
};
