import { metricDefinition, parameterOf, type Measure } from '@sluice/contracts';
import {
  aucDifference,
  aucInterval,
  newcombePaired,
  wilson,
  type Estimate,
  type PairedCounts,
} from '@sluice/statistics';
import {
  lacking,
  levelOf,
  measured,
  minimumRows,
  minimumRowsPerClass,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { Moments, RankingProfile } from '../profile.js';
import {
  classMargins,
  massOf,
  predictedBy,
  resampledFigure,
  weighed,
  type ClassPredictor,
} from './class-confusion.js';
import {
  classRates,
  confusionFigures,
  fBetaAt,
  isClassRate,
  shareOfRight,
  type ClassRate,
} from './class-metrics.js';
import type { ClassCell, MulticlassSlice, PlaceCell } from './multiclass-slice.js';
import { effectiveRows, meanOf } from './weighed-mean.js';

/**
 * A metric of several classes on a slice, as the request asks: of the version, of the champion, or version − champion.
 *
 * Shares of rows have Wilson's interval and their paired differences Newcombe's; losses Student's; the AUC of a class
 * DeLong's on the logit scale, of which averages take the average limits, as if classes were wrong together: too wide
 * rather than too narrow. All else is resampled from the cells. n is what the figure divides by: rows, those of a class,
 * or those predicted to be.
 */
export const multiclassMeasure = (request: MeasureRequest, slice: MulticlassSlice): Measure => {
  const figure = figureOf(request, slice);
  if (typeof figure === 'string') return withoutValue(request, 'undefined', 0, figure);
  const lack = lacking(request, figure.n, shortfallsIn(request, figure, null));
  if (lack) return lack;
  const nothing = figure.undefinedBecause?.() ?? null;
  if (nothing !== null) return withoutValue(request, 'undefined', figure.n, nothing);
  return measured(request, { ...figure.estimate(levelOf(request)), n: figure.n });
};

/** What a metric of several classes lacks on a slice; none when it can be taken. */
export const multiclassShortfalls = (
  request: MeasureRequest,
  slice: MulticlassSlice,
  group: string | null,
): Shortfall[] => {
  const figure = figureOf(request, slice);
  return typeof figure === 'string' ? [] : shortfallsIn(request, figure, group);
};

/** A figure before it is worked out: what it rests on, and how to. */
interface Figure {
  readonly n: number;
  readonly denominators: readonly Omit<Shortfall, 'group'>[];
  readonly undefinedBecause?: () => string | null;
  readonly estimate: (level: number) => Estimate;
}

const shortfallsIn = (
  { minimumRows: asked }: MeasureRequest,
  { denominators }: Figure,
  group: string | null,
): Shortfall[] =>
  denominators
    .map(({ have, need, rows }) => ({ group, have, need: asked ?? need, rows }))
    .filter(({ have, need }) => have < need);

const rowsWord = ['row', 'rows'] as const;

/** The figure that a request asks for, or why there is none. */
const figureOf = (request: MeasureRequest, slice: MulticlassSlice): Figure | string => {
  const { metric, of } = request;
  const named = request.class;
  if (named !== undefined && !slice.classes.includes(named))
    return `no label and no prediction is of the class ${JSON.stringify(named.slice(0, 60))}`;
  if (
    of !== 'version' &&
    metric !== 'base_rate' &&
    slice.cells.some(({ champion }) => champion === null)
  )
    return 'there are no predictions of the champion';
  const right = shareOfRight[metric];
  if (right !== undefined) return shareFigure(request, slice, rightRate(right));
  if (isClassRate(metric)) return shareFigure(request, slice, rateOfClass(metric, named));
  if (metric === 'f1_score' || metric === 'f_beta_score') return fFigure(request, slice);
  if (metric === 'top_k_accuracy') return topFigure(request, slice);
  if (metric === 'log_loss' || metric === 'multiclass_brier_score')
    return lossFigure(request, slice);
  if (metric === 'roc_auc' || metric === 'macro_roc_auc' || metric === 'weighted_roc_auc')
    return aucFigure(request, slice);
  return confusionFigure(request, slice);
};

/** Whether a cell counts, and is a success, by a predictor. */
export interface CellRate {
  readonly counts: (cell: ClassCell, predictor: ClassPredictor) => boolean;
  readonly succeeds: (cell: ClassCell, predictor: ClassPredictor) => boolean;
  readonly ofPredicted: boolean;
  readonly rows: readonly [string, string];
}

export const rightRate = (right: boolean): CellRate => ({
  counts: () => true,
  succeeds: (cell, predictor) => (cell.label === predictedBy(cell, predictor)) === right,
  ofPredicted: false,
  rows: rowsWord,
});

export const rateOfClass = (name: keyof typeof classRates, named: string | undefined): CellRate => {
  const { counts, succeeds, ofPredicted, rows }: ClassRate = classRates[name];
  const asked =
    (which: ClassRate['counts']): CellRate['counts'] =>
    (cell, predictor) =>
      which(
        cell.label === named,
        // Labels are the same for every model.
        name === 'base_rate' ? false : predictedBy(cell, predictor) === named,
      );
  return { counts: asked(counts), succeeds: asked(succeeds), ofPredicted, rows };
};

const predictorsOf = (of: Measure['of']): readonly ClassPredictor[] =>
  of === 'difference' ? ['version', 'champion'] : [of];

/** A share of rows of one predictor, with Wilson's interval. */
export const shareOf = (
  { counts, succeeds }: CellRate,
  cells: readonly ClassCell[],
  predictor: ClassPredictor,
): { readonly n: number; readonly estimate: (level: number) => Estimate } => {
  const counted = cells.filter((cell) => counts(cell, predictor));
  const rows = weighed(counted);
  const successes = counted
    .filter((cell) => succeeds(cell, predictor))
    .reduce((sum, cell) => sum + massOf(cell), 0);
  const trials = effectiveRows(rows);
  return {
    n: rows.count,
    estimate: (level) => ({
      ...wilson(
        { successes: trials * Math.min(1, successes / rows.weight.sum), trials },
        { level },
      ),
      // The quotient itself, without the detour over effective rows.
      estimate: successes / rows.weight.sum,
    }),
  };
};

const shareFigure = (
  { of, class: named }: MeasureRequest,
  { cells, classes }: MulticlassSlice,
  rate: CellRate,
): Figure => {
  const predictors = predictorsOf(of);
  const shares = predictors.map((predictor) => shareOf(rate, cells, predictor));
  const n = Math.max(...shares.map((each) => each.n));
  const denominators = (rate.ofPredicted ? shares : shares.slice(0, 1)).map((each) => ({
    have: each.n,
    need: minimumRows,
    rows: rate.rows,
  }));
  return {
    n,
    denominators,
    estimate: (level) => {
      const [first] = shares;
      if (of !== 'difference' && first) return first.estimate(level);
      if (!rate.ofPredicted) return newcombePaired(pairedOf(rate, cells), { level });
      // Not of the same rows, so not paired: resampled together. Of these rates there is precision alone.
      const at = classes.indexOf(named as string);
      return resampledFigure(
        cells,
        classes,
        'difference',
        ({ hits, predicted }) => (hits[at] as number) / (predicted[at] as number),
        { level, range: [-1, 1] },
      );
    },
  };
};

/** Rows by whether the version and the champion succeed; of weighted rows, their effective number. */
const pairedOf = ({ counts, succeeds }: CellRate, cells: readonly ClassCell[]): PairedCounts => {
  const counted = cells.filter((cell) => counts(cell, 'version'));
  return scaledPairs(counted, (cell, predictor) => succeeds(cell, predictor));
};

const scaledPairs = <Cell extends Pick<ClassCell, 'count' | 'weight'>>(
  cells: readonly Cell[],
  succeeds: (cell: Cell, predictor: ClassPredictor) => boolean,
): PairedCounts => {
  const rows = weighed(cells);
  const scale = effectiveRows(rows) / rows.weight.sum;
  const sum = (version: boolean, champion: boolean): number =>
    scale *
    cells
      .filter(
        (cell) => succeeds(cell, 'version') === version && succeeds(cell, 'champion') === champion,
      )
      .reduce((total, cell) => total + massOf(cell), 0);
  return {
    both: sum(true, true),
    firstOnly: sum(true, false),
    secondOnly: sum(false, true),
    neither: sum(false, false),
  };
};

const fFigure = (request: MeasureRequest, { cells, classes }: MulticlassSlice): Figure => {
  const at = classes.indexOf(request.class as string);
  const named = request.class;
  const beta = parameterOf(request.metric, request.parameter) ?? 1;
  const concerned = predictorsOf(request.of).map(
    (predictor) =>
      weighed(
        cells.filter((cell) => cell.label === named || predictedBy(cell, predictor) === named),
      ).count,
  );
  return {
    n: Math.max(...concerned),
    denominators: concerned.map((have) => ({
      have,
      need: minimumRows,
      rows: ['row of the class or predicted to be', 'rows of the class or predicted to be'],
    })),
    estimate: (level) =>
      resampledFigure(cells, classes, request.of, (margins) => fBetaAt(margins, at, beta), {
        level,
        range: request.of === 'difference' ? [-1, 1] : [0, 1],
      }),
  };
};

const topFigure = (
  request: MeasureRequest,
  { places, classes }: MulticlassSlice,
): Figure | string => {
  if (places === null) return withoutScores;
  if (request.of !== 'version' && places.some(({ champion }) => champion === null))
    return 'there are no scores of the champion';
  const k = parameterOf(request.metric, request.parameter) ?? 2;
  // scikit-learn warns and says 1, which would pass any check.
  if (k >= classes.length)
    return `there are ${classes.length} classes only, so that every label is among the ${k} that score highest`;
  const rows = weighed(places);
  const isHit = (cell: PlaceCell, predictor: ClassPredictor): boolean =>
    (predictor === 'version' ? cell.version : (cell.champion as number)) <= k;
  return {
    n: rows.count,
    denominators: [{ have: rows.count, need: minimumRows, rows: rowsWord }],
    estimate: (level) => {
      if (request.of === 'difference') return newcombePaired(scaledPairs(places, isHit), { level });
      const predictor = request.of;
      const hits = places
        .filter((cell) => isHit(cell, predictor))
        .reduce((sum, cell) => sum + massOf(cell), 0);
      const trials = effectiveRows(rows);
      return {
        ...wilson({ successes: trials * Math.min(1, hits / rows.weight.sum), trials }, { level }),
        estimate: hits / rows.weight.sum,
      };
    },
  };
};

const withoutScores = 'the data holds predictions only, and no scores';

const lossFigure = (
  { metric, of }: MeasureRequest,
  { losses, cells }: MulticlassSlice,
): Figure | string => {
  if (losses === null) return withoutScores;
  const own = losses[of];
  if (own === null) return 'there are no scores of the champion';
  const moments: Moments = metric === 'log_loss' ? own.log : own.brier;
  const rows = weighed(cells);
  const { lowest, highest } = metricDefinition(metric);
  return {
    n: rows.count,
    denominators: [{ have: rows.count, need: minimumRows, rows: rowsWord }],
    estimate: (level) => {
      const { estimate, interval } = meanOf(moments, rows, level);
      if (of === 'difference') return { estimate, interval, n: rows.count };
      return {
        estimate,
        interval: {
          ...interval,
          lower: Math.max(lowest, interval.lower),
          upper: Math.min(highest, interval.upper),
        },
        n: rows.count,
      };
    },
  };
};

const aucFigure = (
  { metric, of, class: named }: MeasureRequest,
  { rankings, classes, championClasses = [], cells }: MulticlassSlice,
): Figure | string => {
  if (rankings === null)
    return 'there is no ranking of scores: the data holds predictions only, or the profile was merged from parts';
  const asked =
    metric === 'roc_auc'
      ? [classes.indexOf(named as string)]
      : classes.flatMap((name, at) => (championClasses.includes(name) ? [] : [at]));
  const ranked = asked.map((at) => rankings[at] as RankingProfile);
  if (of !== 'version' && ranked.some(({ champion }) => champion === null))
    return 'there are no scores of the champion';
  const rows = weighed(cells);
  return {
    n: rows.count,
    denominators: ranked.flatMap(({ positives, negatives }, index) => {
      const name = JSON.stringify((classes[asked[index] as number] as string).slice(0, 60));
      return [
        {
          have: positives,
          need: minimumRowsPerClass,
          rows: [`row of ${name}`, `rows of ${name}`] as const,
        },
        {
          have: negatives,
          need: minimumRowsPerClass,
          rows: [`row not of ${name}`, `rows not of ${name}`] as const,
        },
      ];
    }),
    undefinedBecause: () => {
      const weightless = ranked.findIndex(
        ({ weights }) => weights && !(weights.positives.sum > 0 && weights.negatives.sum > 0),
      );
      const name = classes[asked[weightless] ?? -1];
      return name === undefined
        ? null
        : `the rows of ${JSON.stringify(name.slice(0, 60))}, or all others, weigh nothing`;
    },
    estimate: (level) =>
      averagedLimits(
        ranked.map((ranking) => ({
          estimate: aucOf(ranking, of, level),
          weight: metric === 'weighted_roc_auc' ? positiveMass(ranking) : 1,
        })),
      ),
  };
};

const positiveMass = ({ positives, weights }: RankingProfile): number =>
  weights?.positives.sum ?? positives;

const aucOf = (ranking: RankingProfile, of: Measure['of'], level: number): Estimate => {
  const { weights } = ranking;
  const sizes = weights
    ? {
        positives: effectiveRows({ weight: weights.positives }),
        negatives: effectiveRows({ weight: weights.negatives }),
      }
    : ranking;
  if (of === 'version') return aucInterval(ranking.version, sizes, { level });
  if (ranking.champion === null || ranking.covariance === null)
    throw new TypeError('There are no scores of the champion.');
  return of === 'champion'
    ? aucInterval(ranking.champion, sizes, { level })
    : aucDifference(ranking.version, ranking.champion, ranking.covariance, sizes, { level });
};

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

const confusionFigure = (request: MeasureRequest, { cells, classes }: MulticlassSlice): Figure => {
  const { metric, of, parameter } = request;
  const figure = confusionFigures[metric];
  if (!figure) throw new TypeError(`${metric} is no metric of several classes.`);
  const { count } = weighed(cells);
  const statistic = figure.value(parameterOf(metric, parameter) ?? 1);
  const [lowest, highest] = figure.range;
  const reach = highest - lowest;
  const byLabel = classes.map((name) => weighed(cells.filter(({ label }) => label === name)).count);
  return {
    n: count,
    denominators: [
      { have: count, need: minimumRows, rows: rowsWord },
      // Those of classes without rows say so themselves.
      ...(figure.perClass ? byLabel : []).flatMap((have, at) => {
        const name = JSON.stringify((classes[at] as string).slice(0, 60));
        return have === 0
          ? []
          : [
              {
                have,
                need: minimumRowsPerClass,
                rows: [`row of ${name}`, `rows of ${name}`] as const,
              },
            ];
      }),
    ],
    undefinedBecause: () => {
      for (const predictor of predictorsOf(of)) {
        const why = figure.undefinedBecause(classMargins(cells, classes, predictor), classes);
        if (why !== null) return why;
      }
      return null;
    },
    estimate: (level) =>
      resampledFigure(cells, classes, of, statistic, {
        level,
        range: of === 'difference' ? [-reach, reach] : figure.range,
      }),
  };
};
