import {
  areSingleScores,
  componentCovariance,
  mergePairedScores,
  mergeScoreRuns,
  rankBounds,
  type ScoreRuns,
} from '@sluice/statistics';
import { mergeHistograms } from './curves/score-histogram.js';
import { inAll } from './merge-losses.js';
import {
  gainShares,
  mostRuns,
  type Cell,
  type Moments,
  type RankedScores,
  type RankingProfile,
  type RunProfile,
  type ScoreProfile,
} from './profile.js';
import { effectiveClasses } from './quality/tally.js';

/** Histograms add up, and so do runs, when all parts have them. */
export const mergeScores = (parts: readonly ScoreProfile[]): ScoreProfile => {
  const runs = parts.map((part) => part.runs).filter((each) => each !== undefined);
  return {
    version: mergeHistograms(parts.map(({ version }) => version)),
    champion: inAll(
      parts.map(({ champion }) => champion),
      mergeHistograms,
    ),
    ...(runs.length === parts.length && { runs: mergeRuns(runs) }),
  };
};

const mergeRuns = (parts: readonly RunProfile[]): RunProfile => ({
  version: mergeScoreRuns(
    parts.map(({ version }) => version),
    mostRuns,
  ),
  champion: inAll(
    parts.map(({ champion }) => champion),
    (runs) => mergeScoreRuns(runs, mostRuns),
  ),
  pairs: pairsOf(parts.map(({ pairs }) => pairs)),
});

const pairsOf = (parts: readonly RunProfile['pairs'][]): RunProfile['pairs'] => {
  const all = parts.filter((part) => part !== null);
  return all.length === parts.length ? mergePairedScores(all, mostRuns) : null;
};

/** The rows of either label. */
export type RowsByLabel = Pick<RankingProfile, 'positives' | 'negatives' | 'weights'>;

export const rowsByLabel = (
  cells: readonly Pick<Cell, 'label' | 'count' | 'weight'>[],
): RowsByLabel => {
  const of = (label: boolean): { rows: number; weight: Moments } => {
    const own = cells.filter((cell) => cell.label === label);
    const total = (part: (cell: (typeof own)[number]) => number): number =>
      own.reduce((sum, cell) => sum + part(cell), 0);
    return {
      rows: total(({ count }) => count),
      weight: {
        sum: total(({ weight, count }) => weight?.sum ?? count),
        squares: total(({ weight, count }) => weight?.squares ?? count),
      },
    };
  };
  const [positives, negatives] = [of(true), of(false)];
  return {
    positives: positives.rows,
    negatives: negatives.rows,
    ...(cells.some(({ weight }) => weight !== undefined) && {
      weights: { positives: positives.weight, negatives: negatives.weight },
    }),
  };
};

/**
 * The ranking of rows of which all scores are known, each by itself, as if it had been made from the rows; null where runs are
 * wider than a score. Without the pairs of scores, there is no covariance with the champion.
 */
export const rankingOfRuns = (
  rows: RowsByLabel,
  { version, champion, pairs }: RunProfile,
): RankingProfile | null => {
  if (!areSingleScores(version) || (champion !== null && !areSingleScores(champion))) return null;
  const sizes = effectiveClasses(rows);
  const hasBoth = sizes.positives > 0 && sizes.negatives > 0;
  return {
    ...rows,
    version: hasBoth ? rankedOf(version, rows) : unranked,
    champion: champion && (hasBoth ? rankedOf(champion, rows) : unranked),
    covariance: pairs && componentCovariance(pairs, sizes),
  };
};

const rankedOf = (runs: ScoreRuns, rows: RowsByLabel): RankedScores => {
  const { auc, averagePrecision, distance, gains, tied } = rankBounds(
    runs,
    gainShares,
    effectiveClasses(rows),
  );
  return {
    auc: auc.lower,
    variance: tied.variance,
    averagePrecision: averagePrecision.lower,
    kolmogorovSmirnov: { statistic: distance.lower, score: distance.score },
    gains: gains.map(({ lower }) => lower),
  };
};

/** Without rows of a label, of any weight. */
const unranked: RankedScores = {
  auc: null,
  variance: { positive: null, negative: null },
  averagePrecision: null,
  kolmogorovSmirnov: null,
  gains: null,
};
