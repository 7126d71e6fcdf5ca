export { evaluate, type EvaluationInput } from './evaluate.js';
export type {
  Bins,
  CategoricalDrift,
  ColumnDrift,
  DriftProfile,
  JointDrift,
  MeanError,
  NumericDrift,
  Sides,
} from './drift/drift-profile.js';
export { driftFigures } from './drift/drift-figures.js';
export { mergeDriftProfiles } from './drift/merge-drift-profiles.js';
export { mergeProfiles } from './merge-profiles.js';
export { minimumRows, minimumRowsPerClass } from './measure.js';
export { histogramOfCounts, scoreBin, scoreBins } from './curves/score-histogram.js';
export { scoreCurves } from './curves/score-curves.js';
export type {
  Cell,
  Profile,
  ProtectedProfile,
  RankedScores,
  RankingProfile,
  ScoreHistogram,
  ScoreProfile,
} from './profile.js';
