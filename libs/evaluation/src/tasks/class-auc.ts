import type { Measure } from '@sluice/contracts';
import {
  aucDifference,
  aucInterval,
  binnedAucDifference,
  binnedAucInterval,
  unpairedAucDifference,
  type Estimate,
} from '@sluice/statistics';
import { minimumRowsPerClass, type MeasureRequest } from '../measure.js';
import { rowsByLabel } from '../merge-ranking.js';
import type { Cell, RankingProfile, ScoreProfile } from '../profile.js';
import { binnedAucOf } from '../quality/binned-auc-measure.js';
import { boundsOfRanks } from '../quality/bounded-ranks.js';
import { effectiveClasses } from '../quality/tally.js';
import { weighed } from './class-confusion.js';
import { withoutScores, type ClassFigure } from './class-figure.js';
import type { ClassCell, MulticlassSlice } from './multiclass-slice.js';

type LabelledCell = Pick<Cell, 'label' | 'count' | 'weight'>;

/** Rows by whether they are of a class. */
export const rowsOfClass = (cells: readonly ClassCell[], name: string): LabelledCell[] =>
  cells.map(({ label, count, weight }) => ({
    label: label === name,
    count,
    ...(weight && { weight }),
  }));

/** A class against all others. */
interface RankedClass {
  readonly name: string;
  readonly rows: ReturnType<typeof rowsByLabel>;
  readonly cells: readonly LabelledCell[];
  readonly ranking: RankingProfile | null;
  readonly scores: ScoreProfile | null;
}

/**
 * The area under the ROC curve of a class against all others, or the average over classes: plain, or by their rows. Exact where
 * there are rankings; of merged profiles without, within bounds of which the average is the average's.
 */
export const aucFigure = (
  { metric, of, class: named }: MeasureRequest,
  { rankings, scores, classes, championClasses = [], cells }: MulticlassSlice,
): ClassFigure | string => {
  if (rankings === null && scores === null) return withoutScores;
  const ranked = classes
    .map((name, at): RankedClass => {
      const own = rowsOfClass(cells, name);
      const [ranking, theirs] = [rankings?.[at] ?? null, scores?.[at] ?? null];
      return { name, rows: rowsByLabel(own), cells: own, ranking, scores: theirs };
    })
    .filter(({ name }) =>
      metric === 'roc_auc' ? name === named : !championClasses.includes(name),
    );
  const unknown = ranked.find(({ ranking, scores: theirs }) => ranking === null && theirs === null);
  if (unknown)
    return `a part of the merged profile has no scores for the class ${shown(unknown.name)}`;
  if (of !== 'version' && ranked.some(lacksChampion)) return 'there are no scores of the champion';
  const terms = ranked.map((each) => ({
    auc: aucOf(each, of),
    weight: metric === 'weighted_roc_auc' ? positiveMass(each) : 1,
  }));
  const mass = terms.reduce((sum, { weight }) => sum + weight, 0);
  const isExact = terms.every(({ auc }) => auc?.errorBound === undefined);
  return {
    n: weighed(cells).count,
    denominators: ranked.flatMap(({ name, rows }) => [
      { have: rows.positives, need: minimumRowsPerClass, rows: wordsFor('of', name) },
      { have: rows.negatives, need: minimumRowsPerClass, rows: wordsFor('not of', name) },
    ]),
    undefinedBecause: () => {
      const without = ranked.find((_, index) => terms[index]?.auc === null);
      return without === undefined
        ? null
        : `the rows of ${shown(without.name)}, or those of all other classes, weigh nothing`;
    },
    estimate: (level) =>
      averagedLimits(
        terms.map(({ auc, weight }) => ({ estimate: (auc as ClassAuc).estimate(level), weight })),
      ),
    ...(!isExact && {
      errorBound: terms.reduce(
        (sum, { auc, weight }) => sum + (weight * (auc?.errorBound ?? 0)) / mass,
        0,
      ),
    }),
  };
};

const shown = (name: string): string => JSON.stringify(name.slice(0, 60));

const wordsFor = (which: 'of' | 'not of', name: string): readonly [string, string] => [
  `row ${which} ${shown(name)}`,
  `rows ${which} ${shown(name)}`,
];

const lacksChampion = ({ ranking, scores }: RankedClass): boolean =>
  (ranking?.champion ?? scores?.champion ?? null) === null;

const positiveMass = ({ rows }: RankedClass): number =>
  rows.weights?.positives.sum ?? rows.positives;

interface ClassAuc {
  readonly estimate: (level: number) => Estimate;
  /** Absent when it is exact. */
  readonly errorBound?: number;
}

/** null when the rows of the class, or all others, weigh nothing. */
const aucOf = (ranked: RankedClass, of: Measure['of']): ClassAuc | null => {
  const sizes = effectiveClasses(ranked.rows);
  if (!(sizes.positives > 0 && sizes.negatives > 0)) return null;
  return ranked.ranking === null ? boundedAuc(ranked, of) : exactAuc(ranked.ranking, of);
};

const exactAuc = (ranking: RankingProfile, of: Measure['of']): ClassAuc => {
  const { version, champion, covariance } = ranking;
  const sizes = effectiveClasses(ranking);
  if (of === 'version') return { estimate: (level) => aucInterval(version, sizes, { level }) };
  if (champion === null) throw new TypeError('There are no scores of the champion.');
  if (of === 'champion') return { estimate: (level) => aucInterval(champion, sizes, { level }) };
  return {
    estimate: (level) =>
      covariance === null
        ? unpairedAucDifference(version, champion, sizes, { level })
        : aucDifference(version, champion, covariance, sizes, { level }),
  };
};

const boundedAuc = ({ cells, scores }: RankedClass, of: Measure['of']): ClassAuc => {
  const binned = (predictor: 'version' | 'champion') => {
    const bounds = boundsOfRanks({ cells, scores }, predictor);
    if (bounds === null) throw new TypeError(`There are no scores of the ${predictor}.`);
    return binnedAucOf(bounds, cells);
  };
  if (of === 'difference') {
    const [version, champion] = [binned('version'), binned('champion')];
    return {
      estimate: (level) => binnedAucDifference(version, champion, { level }),
      errorBound: version.errorBound + champion.errorBound,
    };
  }
  const own = binned(of);
  return { estimate: (level) => binnedAucInterval(own, { level }), errorBound: own.errorBound };
};

/** As if classes were wrong together: too wide rather than too narrow. */
const averagedLimits = (
  terms: readonly { readonly estimate: Estimate; readonly weight: number }[],
): Estimate => {
  const [first] = terms;
  if (!first) throw new TypeError('There are no classes.');
  const mass = terms.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (estimate: Estimate) => number): number =>
    terms.reduce((sum, { estimate, weight }) => sum + weight * of(estimate), 0) / mass;
  const { level, method } = first.estimate.interval;
  return {
    estimate: mean(({ estimate }) => estimate),
    interval: {
      lower: mean(({ interval }) => interval.lower),
      upper: mean(({ interval }) => interval.upper),
      level,
      method: terms.length === 1 ? method : `${method}-averaged`,
    },
    n: first.estimate.n,
  };
};
