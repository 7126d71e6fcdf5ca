import { binaryQualityMetrics } from './binary-quality.js';
import { binaryScoreMetrics } from './binary-scores.js';
import type { MetricDefinition } from './metric-definition.js';

/** How the figures of classes, each against all others, become one. */
export type Averaging = 'macro' | 'weighted' | 'micro';

interface Averaged {
  /** The metric of one class. */
  readonly metric: keyof typeof binaryQualityMetrics | keyof typeof binaryScoreMetrics;
  /** What it is of one class, as it stands after "Mean over the classes of the". */
  readonly of: string;
  readonly symbol: string;
  /** What the micro average is, in terms of others, where it says more than the formula of the counts. */
  readonly micro?: string;
}

/** The metrics of one class that have averages, under the names that these have. */
export const averagedMetrics = {
  accuracy: {
    metric: 'accuracy',
    of: 'share of rows of which it is told right whether they are of the class',
    symbol: 'ACC',
    micro: '1 − 2 (1 − accuracy) / C',
  },
  error_rate: {
    metric: 'error_rate',
    of: 'share of rows of which it is told wrong whether they are of the class',
    symbol: 'ERR',
    micro: '2 (1 − accuracy) / C',
  },
  precision: {
    metric: 'precision',
    of: 'share of rows predicted so that are',
    symbol: 'PPV',
    micro: 'ΣTP_c / (ΣTP_c + ΣFP_c), which is the accuracy',
  },
  recall: {
    metric: 'true_positive_rate',
    of: 'share of rows that are predicted so',
    symbol: 'TPR',
    micro: 'ΣTP_c / (ΣTP_c + ΣFN_c), which is the accuracy',
  },
  f1_score: {
    metric: 'f1_score',
    of: 'harmonic mean of precision and recall',
    symbol: 'F1',
    micro: '2 ΣTP_c / (2 ΣTP_c + ΣFP_c + ΣFN_c), which is the accuracy',
  },
  f_beta_score: {
    metric: 'f_beta_score',
    of: 'harmonic mean of precision and recall, the latter β times as important',
    symbol: 'Fβ',
    micro: 'Fβ of ΣTP_c, ΣFP_c and ΣFN_c, which is the accuracy',
  },
  true_negative_rate: {
    metric: 'true_negative_rate',
    of: 'share of other rows that are not predicted so; specificity',
    symbol: 'TNR',
    micro: 'ΣTN_c / (ΣTN_c + ΣFP_c) = 1 − (1 − accuracy) / (C − 1)',
  },
  false_positive_rate: {
    metric: 'false_positive_rate',
    of: 'share of other rows that are predicted so',
    symbol: 'FPR',
    micro: 'ΣFP_c / (ΣTN_c + ΣFP_c) = (1 − accuracy) / (C − 1)',
  },
  false_negative_rate: {
    metric: 'false_negative_rate',
    of: 'share of rows that are not predicted so',
    symbol: 'FNR',
    micro: 'ΣFN_c / (ΣTP_c + ΣFN_c) = 1 − accuracy',
  },
  negative_predictive_value: {
    metric: 'negative_predictive_value',
    of: 'share of rows predicted to be of other classes that are',
    symbol: 'NPV',
    micro: 'ΣTN_c / (ΣTN_c + ΣFN_c) = 1 − (1 − accuracy) / (C − 1)',
  },
  false_discovery_rate: {
    metric: 'false_discovery_rate',
    of: 'share of rows predicted so that are not',
    symbol: 'FDR',
    micro: 'ΣFP_c / (ΣTP_c + ΣFP_c) = 1 − accuracy',
  },
  false_omission_rate: {
    metric: 'false_omission_rate',
    of: 'share of rows predicted to be of other classes that are not',
    symbol: 'FOR',
    micro: 'ΣFN_c / (ΣTN_c + ΣFN_c) = (1 − accuracy) / (C − 1)',
  },
  balanced_accuracy: {
    metric: 'balanced_accuracy',
    of: 'mean of sensitivity and specificity',
    symbol: 'BA',
    micro: '1 − ½ (1 − accuracy) C / (C − 1)',
  },
  youden_j: {
    metric: 'youden_j',
    of: 'recall less the false positive rate',
    symbol: 'J',
    micro: '1 − (1 − accuracy) C / (C − 1)',
  },
  matthews_correlation_coefficient: {
    metric: 'matthews_correlation_coefficient',
    of: 'correlation of being of the class and being predicted so',
    symbol: 'MCC',
    micro: '1 − (1 − accuracy) C / (C − 1)',
  },
  cohen_kappa: {
    metric: 'cohen_kappa',
    of: 'agreement of being of the class and being predicted so, beyond that of chance',
    symbol: 'κ',
    micro: '1 − (1 − accuracy) C / (C − 1)',
  },
  roc_auc: {
    metric: 'roc_auc',
    of: 'ROC AUC against all others',
    symbol: 'AUC',
  },
  pr_auc: {
    metric: 'pr_auc',
    of: 'average precision against all others',
    symbol: 'AP',
  },
  ks_statistic: {
    metric: 'ks_statistic',
    of: 'largest distance between the distributions of the scores of the class and of all others',
    symbol: 'KS',
  },
  gain: {
    metric: 'gain',
    of: 'share of its rows found among the share k that scores highest for it',
    symbol: 'gain',
  },
  lift: {
    metric: 'lift',
    of: 'number of times more of its rows that the share k that scores highest for it holds than chance',
    symbol: 'lift',
  },
  log_loss: {
    metric: 'log_loss',
    of: 'mean surprise at whether a row is of the class',
    symbol: 'LL',
    micro: 'mean_c LL_c: the macro average, as each class is of all rows',
  },
  brier_score: {
    metric: 'brier_score',
    of: 'mean squared distance of the score from whether a row is of the class',
    symbol: 'BS',
    micro: 'mean_c BS_c: the macro average, as each class is of all rows',
  },
  expected_calibration_error: {
    metric: 'expected_calibration_error',
    of: 'distance of scores of the class from the share that comes true, over tenths of the scores; classwise',
    symbol: 'ECE',
  },
  maximum_calibration_error: {
    metric: 'maximum_calibration_error',
    of: 'largest distance, in any tenth of the scores of the class, from the share that comes true',
    symbol: 'MCE',
  },
  generalized_true_positive_rate: {
    metric: 'generalized_true_positive_rate',
    of: 'mean score of its rows',
    symbol: 'GTPR',
    micro: 'Σ_c n_c GTPR_c / n, the mean score of the label',
  },
  generalized_false_positive_rate: {
    metric: 'generalized_false_positive_rate',
    of: 'mean score of all other rows',
    symbol: 'GFPR',
    micro: 'Σ_c (n − n_c) GFPR_c / ((C − 1) n)',
  },
  generalized_true_negative_rate: {
    metric: 'generalized_true_negative_rate',
    of: 'mean of what the scores of all other rows lack to 1',
    symbol: 'GTNR',
    micro: 'Σ_c (n − n_c) GTNR_c / ((C − 1) n)',
  },
  generalized_false_negative_rate: {
    metric: 'generalized_false_negative_rate',
    of: 'mean of what the scores of its rows lack to 1',
    symbol: 'GFNR',
    micro: 'Σ_c n_c GFNR_c / n',
  },
} as const satisfies Record<string, Averaged>;

export type AveragedName = keyof typeof averagedMetrics;

/** Figures of a ranking of which the scores of all classes together tell nothing that the averages don't. */
type WithoutMicro = 'ks_statistic' | 'gain' | 'lift';
const withoutMicro: readonly string[] = [
  'ks_statistic',
  'gain',
  'lift',
] satisfies readonly WithoutMicro[];

export type AverageName =
  | `macro_${AveragedName}`
  | `weighted_${AveragedName}`
  | `micro_${Exclude<AveragedName, WithoutMicro>}`;

const formulaOf = (averaging: Averaging, { symbol, micro }: Averaged): string => {
  if (averaging === 'macro') return `mean_c ${symbol}_c`;
  if (averaging === 'weighted') return `Σ_c n_c/n ${symbol}_c`;
  return micro ?? `${symbol} of the scores of all classes as one list, a row of C for each row`;
};

const titleOf = (averaging: Averaging, { of, micro }: Averaged): string => {
  if (averaging === 'macro') return `Mean over the classes of the ${of}`;
  if (averaging === 'weighted') return `Mean over the classes, by their rows, of the ${of}`;
  return micro === undefined
    ? `Of the scores of all classes as one list, the ${of}`
    : `Of all classes counted together, the ${of}`;
};

const definitionOf = (averaging: Averaging, name: AveragedName): MetricDefinition => {
  const averaged: Averaged = averagedMetrics[name];
  const { direction, lowest, highest, needs, parameter }: MetricDefinition = {
    ...binaryQualityMetrics,
    ...binaryScoreMetrics,
  }[averaged.metric];
  return {
    title: titleOf(averaging, averaged),
    formula: formulaOf(averaging, averaged),
    direction,
    kind: 'quality',
    lowest,
    highest,
    needs,
    tasks: ['multiclass-classification'],
    ...(parameter !== undefined && { parameter }),
  };
};

/**
 * Averages over the classes c of the figures of each against all others. Macro is their mean, weighted their mean by rows,
 * micro the figure of the counts, or scores, of all C classes together. A class that neither labels nor predictions have is
 * left out of averages of predictions; one of which the figure is 0/0 leaves the average undefined, unless it weighs nothing.
 */
export const classAverageMetrics = Object.fromEntries(
  (['macro', 'weighted', 'micro'] as const).flatMap((averaging) =>
    (Object.keys(averagedMetrics) as AveragedName[])
      .filter((name) => averaging !== 'micro' || !withoutMicro.includes(name))
      .map((name) => [`${averaging}_${name}`, definitionOf(averaging, name)]),
  ),
) as Readonly<Record<AverageName, MetricDefinition>>;

export const isAverage = (metric: string): metric is AverageName =>
  Object.hasOwn(classAverageMetrics, metric);

/** "macro_recall" as the average of which metric of one class. */
export const averageOf = (
  name: AverageName,
): {
  readonly averaging: Averaging;
  readonly name: AveragedName;
  readonly metric: Averaged['metric'];
} => {
  const [averaging] = name.split('_') as [Averaging];
  const averaged = name.slice(averaging.length + 1) as AveragedName;
  return { averaging, name: averaged, metric: averagedMetrics[averaged].metric };
};

/** Whether it reads the ranks of the scores of all classes as one list, which a profile holds where a check asks for them. */
export const isOfPooledRanks = (metric: string): boolean =>
  metric === 'micro_roc_auc' || metric === 'micro_pr_auc';
