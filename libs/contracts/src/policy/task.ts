/** What a model predicts: one of two classes, one of several, or a number. */
export const tasks = ['binary-classification', 'multiclass-classification', 'regression'] as const;
export type Task = (typeof tasks)[number];

/** Of more classes than this a confusion has too few rows in each cell to say anything, and a report that nobody reads. */
export const mostClasses = 100;

/**
 * The favorable value of the label, which a policy of binary classification always has.
 *
 * @throws TypeError for another task
 */
export const favorableOf = ({
  columns,
}: {
  readonly columns: { readonly favorable?: string | number | boolean | undefined };
}): string | number | boolean => {
  if (columns.favorable === undefined)
    throw new TypeError('Only binary labels have a favorable one.');
  return columns.favorable;
};
