import type { GroupSizes } from './constraint.js';

/**
 * A decision by group: how likely the favorable label is, as a step function of the score (or of the model's own
 * prediction, taken as 1 and 0). A rule without lot has chances of 0 and 1 only.
 */
export interface DecisionRule {
  /** What the cuts are compared with. */
  readonly of: 'score' | 'prediction';
  /** The protected columns whose values name a group. */
  readonly columns: readonly string[];
  readonly groups: readonly GroupRule[];
}

export interface GroupRule {
  /** The values of the columns, in their order. */
  readonly group: readonly string[];
  /** Ascending and finite. */
  readonly cuts: readonly number[];
  /** One more than there are cuts: below the first, between them, above the last; `score > cut` is above. */
  readonly chances: readonly number[];
}

/** The rows of one group that a rule is fitted to. */
export interface ScoredGroup {
  readonly group: readonly string[];
  /** 1 is favorable. */
  readonly label: Uint8Array;
  readonly score: Float64Array;
  /** What each row counts, 0 or more; 1 where it is left out. A whole number is as many equal rows. */
  readonly weight?: Float64Array | undefined;
}

/** Rows of a group, and the rates that a rule is expected to have among them; null where a class has no weight. */
export interface GroupRates {
  readonly group: readonly string[];
  readonly rows: number;
  readonly selectionRate: number | null;
  readonly truePositiveRate: number | null;
  readonly falsePositiveRate: number | null;
}

/** The chance of the favorable label at a score. */
export const chanceAt = ({ cuts, chances }: Omit<GroupRule, 'group'>, score: number): number => {
  let level = 0;
  while (level < cuts.length && score > (cuts[level] as number)) level += 1;
  return chances[level] as number;
};

/**
 * The label of one row.
 *
 * @param uniform a draw from [0, 1); it makes no difference to a rule without lot
 */
export const decide = (rule: GroupRule, score: number, uniform = 0.5): boolean =>
  uniform < chanceAt(rule, score);

/** Whether some rows are decided by lot. */
export const isRandomized = ({ groups }: DecisionRule): boolean =>
  groups.some(({ chances }) => chances.some((chance) => chance !== 0 && chance !== 1));

/** A rule of steps without those that no score can be on: cuts at ±∞, and cuts between equal chances. */
export const groupRule = (
  group: readonly string[],
  steps: readonly { readonly cut: number; readonly chance: number }[],
  lowest: number,
): GroupRule => {
  const cuts: number[] = [];
  const chances = [lowest];
  for (const { cut, chance } of steps.toSorted((a, b) => a.cut - b.cut)) {
    if (cut === Infinity || chance === chances.at(-1)) continue;
    if (cut === -Infinity) chances[chances.length - 1] = chance;
    else {
      cuts.push(cut);
      chances.push(chance);
    }
  }
  return { group, cuts, chances };
};

/** What a rule does to the rows of its groups, in expectation over the lot. */
export const ratesUnder = (
  rules: readonly GroupRule[],
  groups: readonly ScoredGroup[],
): GroupRates[] =>
  groups.map((rows, index) => {
    const rule = rules[index] as GroupRule;
    const { group, label, score, weight } = rows;
    const { positives, negatives } = sizesOf(rows);
    const selected = { positive: 0, negative: 0 };
    score.forEach((value, row) => {
      const counts = chanceAt(rule, value) * (weight?.[row] ?? 1);
      selected[label[row] === 1 ? 'positive' : 'negative'] += counts;
    });
    const rate = (of: number, all: number): number | null => (all === 0 ? null : of / all);
    return {
      group,
      rows: label.length,
      selectionRate: rate(selected.positive + selected.negative, positives + negatives),
      truePositiveRate: rate(selected.positive, positives),
      falsePositiveRate: rate(selected.negative, negatives),
    };
  });

/** The rows of a group by label, weighed and counted. */
export const sizesOf = ({ group, label, weight }: ScoredGroup): GroupSizes => {
  const sizes = { positives: 0, negatives: 0 };
  const counted = { positives: 0, negatives: 0 };
  label.forEach((value, row) => {
    const of = value === 1 ? 'positives' : 'negatives';
    const counts = weight?.[row] ?? 1;
    sizes[of] += counts;
    if (counts > 0) counted[of] += 1;
  });
  return { group, ...sizes, ...(weight === undefined ? {} : { counted }) };
};
