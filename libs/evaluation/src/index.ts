export { evaluate, type EvaluationInput } from './evaluate.js';
export type {
  Bins,
  CategoricalDrift,
  ColumnDrift,
  DriftProfile,
  EmbeddingDrift,
  EmbeddingJoint,
  JointDrift,
  MeanError,
  NormalEstimate,
  NumericDrift,
  PerformanceDrift,
  PredictedScores,
  Sides,
} from './drift/drift-profile.js';
export { driftFigures } from './drift/drift-figures.js';
export { scaledColumn } from './drift/effective-rows.js';
export { mergeDriftProfiles } from './drift/merge-drift-profiles.js';
export { mergeProfiles } from './merge-profiles.js';
export { mergeParts, requireParts, type MergedParts, type Part } from './parts/merge-parts.js';
export { sliceAgrees } from './parts/slice-agreement.js';
export { minimumRows, minimumRowsPerClass } from './measure.js';
export { histogramOfCounts, scoreBin, scoreBins, scoreSums } from './curves/score-histogram.js';
export { measureProfile } from './measure-profile.js';
export type { MeasureRequest } from './measure.js';
export { scoreCurves } from './curves/score-curves.js';
export { gainShares, mostRuns } from './profile.js';
export type {
  BinaryProfile,
  BinarySlice,
  Grouping,
  Slice,
  Cell,
  Disagreement,
  Losses,
  LossProfile,
  Moments,
  NeighbourProfile,
  Profile,
  ProtectedProfile,
  RankedScores,
  RankingProfile,
  RunProfile,
  ScoreHistogram,
  ScoreProfile,
} from './profile.js';
export {
  calibratedCosts,
  calibratedOdds,
  costDisparity,
  mixedRow,
  type CalibratedCost,
  type CalibratedOdds,
  type GroupMixture,
  type MixedRow,
  type ScoreMixture,
} from './mitigation/calibrated-odds.js';
export { constraints, disparityOf, groupName, type Constraint } from './mitigation/constraint.js';
export {
  fitCorrelation,
  indicators,
  withoutCorrelation,
  type CorrelationFit,
} from './mitigation/correlation-remover.js';
export {
  chanceAt,
  decide,
  isRandomized,
  ratesUnder,
  sizesOf,
  type DecisionRule,
  type GroupRates,
  type GroupRule,
  type ScoredGroup,
} from './mitigation/decision-rule.js';
export {
  fitQuantileRepair,
  repaired,
  type GroupValues,
  type QuantileMap,
} from './mitigation/disparate-impact-remover.js';
export { equalizedOdds, type GroupConfusion } from './mitigation/equalized-odds.js';
export { groupThresholds, type FittedRule } from './mitigation/group-thresholds.js';
export { type Objective } from './mitigation/objective.js';
export {
  rejectOption,
  rejectOptionMetrics,
  type RejectOption,
  type RejectOptionMetric,
} from './mitigation/reject-option.js';
export {
  rerank,
  rerankings,
  shortfallsOf,
  type Candidates,
  type Place,
  type RankedList,
  type Reranking,
} from './mitigation/reranking.js';
export {
  reweighing,
  weighedBaseRates,
  type LabelCounts,
  type LabelWeights,
  type Reweighing,
} from './mitigation/reweighing.js';
export { singleThresholds } from './mitigation/single-thresholds.js';
export { lots, randomHalf } from './mitigation/draws.js';
export {
  sketchGrowth,
  smallestError,
  type ErrorSketch,
  type SketchBins,
} from './tasks/error-sketch.js';
export type {
  ClassCell,
  MulticlassProfile,
  MulticlassSlice,
  PlaceCell,
} from './tasks/multiclass-slice.js';
export { taskFigures } from './tasks/task-figures.js';
export { rowsOfSlice } from './tasks/task-slices.js';
export type {
  ErrorMoments,
  PredictedLabels,
  RegressionProfile,
  RegressionSlice,
  SharedErrors,
} from './tasks/regression-slice.js';
