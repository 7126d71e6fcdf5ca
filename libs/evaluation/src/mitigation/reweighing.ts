import { SluiceError } from '@sluice/contracts';
import { groupName } from './constraint.js';

/** Rows of one group, or their weights, by label. */
export interface LabelCounts {
  readonly group: readonly string[];
  readonly favorable: number;
  readonly unfavorable: number;
}

/** The weights of the rows of one group, by label. */
export type LabelWeights = LabelCounts;

export interface Reweighing {
  readonly weights: readonly LabelWeights[];
  /** The share of favorable rows in each group as it is, and as it is once rows are weighed. */
  readonly baseRates: readonly {
    readonly group: readonly string[];
    before: number;
    after: number;
  }[];
}

/**
 * Weights under which group and label are independent, so that every group has the base rate of the whole table:
 *
 *     w(g, y) = n_y · n_g / (n · n_gy)
 *
 * A weight of 1 means that the cell is as frequent as independence has it. The weights of all rows sum to n, those of a
 * group to n_g, and those of a label to n_y. For any number of groups; intersections of columns are groups.
 *
 * Source: F. Kamiran and T. Calders, Data preprocessing techniques for classification without discrimination (2012).
 *
 * @throws SluiceError `invalid_data` when a group has no row of one of the labels: no weight can make up for it
 */
export const reweighing = (counts: readonly LabelCounts[]): Reweighing => {
  const faults = counts.flatMap(({ group, favorable, unfavorable }) =>
    favorable > 0 && unfavorable > 0
      ? []
      : [
          {
            message: `the group ${groupName(group)} has no ${favorable > 0 ? 'unfavorable' : 'favorable'} row`,
            expected: 'rows of both labels in every group',
            hint: 'No weight can make up for rows that are not there: put small groups together.',
          },
        ],
  );
  if (faults.length > 0 || counts.length < 2)
    throw new SluiceError(
      'invalid_data',
      faults.length > 0
        ? 'Some groups have rows of one label only.'
        : 'At least two groups are needed, to compare.',
      { faults },
    );
  const favorable = counts.reduce((sum, group) => sum + group.favorable, 0);
  const unfavorable = counts.reduce((sum, group) => sum + group.unfavorable, 0);
  const all = favorable + unfavorable;
  const weights = counts.map((cell) => {
    const size = cell.favorable + cell.unfavorable;
    return {
      group: cell.group,
      favorable: (favorable * size) / (all * cell.favorable),
      unfavorable: (unfavorable * size) / (all * cell.unfavorable),
    };
  });
  return { weights, baseRates: weighedBaseRates(counts, weights) };
};

/** The share of favorable rows in each group, counted and weighed. The weights may come from another table. */
export const weighedBaseRates = (
  counts: readonly LabelCounts[],
  weights: readonly LabelWeights[],
): Reweighing['baseRates'] =>
  counts.map(({ group, favorable, unfavorable }, index) => {
    const weight = weights[index] as LabelWeights;
    const weighed = favorable * weight.favorable;
    return {
      group,
      before: favorable / (favorable + unfavorable),
      after: weighed / (weighed + unfavorable * weight.unfavorable),
    };
  });
