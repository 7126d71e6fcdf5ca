/** How p values of several hypotheses are corrected for their number. */
export type Correction = 'none' | 'bonferroni' | 'holm' | 'benjamini-hochberg';

/**
 * Adjusted p values: a hypothesis is rejected at α when its adjusted value is at most α. With p₍₁₎ ≤ … ≤ p₍ₘ₎:
 *
 *     bonferroni           m p
 *     holm                 max over j ≤ i of (m − j + 1) p₍ⱼ₎
 *     benjamini-hochberg   min over j ≥ i of m p₍ⱼ₎ / j
 *
 * each at most 1. The first two keep the chance of rejecting any true hypothesis at most α, whatever their dependence;
 * Holm's rejects all that Bonferroni's does and more. The third keeps the expected share of true hypotheses among those
 * rejected at most α, if the p values are independent or positively dependent.
 *
 * @throws RangeError when a p value isn't in [0, 1]
 *
 * Sources: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6
 * (1979); Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, JRSS B 57 (1995).
 */
export const adjustedP = (ps: readonly number[], correction: Correction): number[] => {
  for (const p of ps) if (!(p >= 0 && p <= 1)) throw new RangeError(`${p} isn't a p value.`);
  const m = ps.length;
  if (correction === 'none') return [...ps];
  if (correction === 'bonferroni') return ps.map((p) => Math.min(1, m * p));
  const ascending = ps
    .map((_, index) => index)
    .sort((a, b) => (ps[a] as number) - (ps[b] as number));
  const adjusted = new Array<number>(m).fill(1);
  let reached = correction === 'holm' ? 0 : 1;
  if (correction === 'holm')
    ascending.forEach((index, rank) => {
      reached = Math.max(reached, Math.min(1, (m - rank) * (ps[index] as number)));
      adjusted[index] = reached;
    });
  else
    ascending.toReversed().forEach((index, fromLast) => {
      reached = Math.min(reached, (m * (ps[index] as number)) / (m - fromLast));
      adjusted[index] = reached;
    });
  return adjusted;
};
