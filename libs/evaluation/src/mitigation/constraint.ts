import { SluiceError } from '@sluice/contracts';
import { nameShown } from '../measure.js';
import type { GroupRates } from './decision-rule.js';

/** What is to be equal among groups. */
export const constraints = [
  'demographic_parity',
  'true_positive_rate_parity',
  'false_positive_rate_parity',
  'true_negative_rate_parity',
  'false_negative_rate_parity',
  'equalized_odds',
] as const;
export type Constraint = (typeof constraints)[number];

/** The rates behind a constraint; equal TNRs are equal FPRs, and equal FNRs are equal TPRs. */
export const ratesOf = (constraint: Constraint): (keyof RateCounts)[] => {
  switch (constraint) {
    case 'demographic_parity':
      return ['selected'];
    case 'true_positive_rate_parity':
    case 'false_negative_rate_parity':
      return ['truePositives'];
    case 'false_positive_rate_parity':
    case 'true_negative_rate_parity':
      return ['falsePositives'];
    case 'equalized_odds':
      return ['truePositives', 'falsePositives'];
  }
};

/** The numerators of the rates, whose denominators are all rows, the favorable ones and the others. */
export interface RateCounts {
  readonly selected: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** Rows by label, or what they weigh together. */
export interface LabelSizes {
  readonly positives: number;
  readonly negatives: number;
}

export interface GroupSizes extends LabelSizes {
  readonly group: readonly string[];
  /** Where rows are weighed, how many weigh more than 0. */
  readonly counted?: LabelSizes | undefined;
}

/** The denominator of a rate. */
export const sizeFor = (rate: keyof RateCounts, { positives, negatives }: LabelSizes): number =>
  rate === 'selected' ? positives + negatives : rate === 'truePositives' ? positives : negatives;

const rowsNamed: Record<keyof RateCounts, string> = {
  selected: 'rows',
  truePositives: 'favorable rows',
  falsePositives: 'unfavorable rows',
};

/**
 * Makes sure that there is something to fit to. Rows are counted, whatever they weigh: one row that stands for a
 * thousand people is the evidence of one.
 *
 * @throws SluiceError `invalid_data` when there are fewer than two groups, or one has fewer rows than `minimum` where
 *   the constraint looks: a threshold fitted to a handful of rows is noise
 */
export const requireRows = (
  groups: readonly GroupSizes[],
  constraint: Constraint,
  minimum: number,
): void => {
  if (groups.length < 2)
    throw new SluiceError('invalid_data', 'At least two groups are needed, to compare.');
  const least = Math.max(1, minimum);
  const faults = groups.flatMap(({ group, counted, ...sizes }) =>
    ratesOf(constraint)
      .map((rate) => ({ rate, rows: sizeFor(rate, counted ?? sizes) }))
      .filter(({ rows }) => rows < least)
      .map(({ rate, rows }) => ({
        message: `the group ${groupName(group)} has too few ${rowsNamed[rate]} to fit ${constraint} to`,
        found: String(rows),
        expected: `at least ${least}`,
        hint: 'Fit on more rows, put small groups together, or leave out a column.',
      })),
  );
  if (faults.length > 0)
    throw new SluiceError('invalid_data', 'There are too few rows to fit a rule to.', { faults });
};

/** A group as it stands in a sentence: `female`, or `female × 25_or_under`. */
export const groupName = (group: readonly string[]): string => group.map(nameShown).join(' × ');

/** The largest difference between two groups in a rate that the constraint makes equal; null when one is undefined. */
export const disparityOf = (
  rates: readonly GroupRates[],
  constraint: Constraint,
): number | null => {
  const spreads = ratesOf(constraint).map((rate) => {
    const values = rates.map((group) =>
      rate === 'selected'
        ? group.selectionRate
        : rate === 'truePositives'
          ? group.truePositiveRate
          : group.falsePositiveRate,
    );
    return values.some((value) => value === null)
      ? null
      : Math.max(...(values as number[])) - Math.min(...(values as number[]));
  });
  return spreads.some((spread) => spread === null) ? null : Math.max(...(spreads as number[]));
};
