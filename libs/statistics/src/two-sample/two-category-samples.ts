/** Two samples of one categorical column: the rows, or weight, of each category in either. */
export interface TwoCategorySamples {
  /** Distinct; a category may be missing in either sample, with count 0. */
  readonly categories: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Aligns two tables of counts by category. Categories are in the order of their code units, so that results are too. */
export const twoCategorySamples = (
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): TwoCategorySamples => {
  const categories = [...new Set([...reference.keys(), ...current.keys()])].toSorted((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  return {
    categories,
    reference: categories.map((category) => reference.get(category) ?? 0),
    current: categories.map((category) => current.get(category) ?? 0),
  };
};
