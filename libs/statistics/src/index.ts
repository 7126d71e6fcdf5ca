export { adjustedP, type Correction } from './adjusted-p.js';
export { ascendingOrder } from './ascending-order.js';
export { aucDifference, aucInterval, type AucDifference, type ClassSizes } from './auc-interval.js';
export { pooledAucDifference, pooledAucInterval } from './pooled-auc.js';
export {
  binnedAuc,
  binnedAucDifference,
  binnedAucInterval,
  unpairedAucDifference,
  type BinnedAuc,
  type BinnedScores,
} from './binned-auc.js';
export { drawBinomial } from './binomial.js';
export {
  aucCovariance,
  delong,
  delongByGroup,
  rankedScores,
  type ByClass,
  type DeLong,
  type LabelledRows,
  type RankedModel,
  type RankedScores,
  type ScoresByClass,
} from './delong.js';
export { largestDifference, smallestRatio, smallestRatioWithin } from './disparity.js';
export {
  differenceOfEstimates,
  extremeOf,
  largestAbsolute,
  largestDifferenceOf,
  remembered,
  smallestBothWays,
  smallestRatioOf,
  type Estimator,
} from './disparity-of-estimates.js';
export { disparityDifference, type Disparity } from './disparity-difference.js';
export type { ConfidenceInterval, Estimate, IntervalOptions } from './estimate.js';
export { leastSquares, type LeastSquares } from './least-squares.js';
export { linearCombination, type Term } from './linear-combination.js';
export { mcnemar, type McNemar } from './mcnemar.js';
export { pairedT, type PairedT } from './paired-t.js';
export { meanInterval, type MeanMoments } from './mean.js';
export {
  drawMultinomial,
  multinomialBootstrap,
  percentileInterval,
  percentileP,
  resampleCounts,
  type BootstrapEstimate,
  type BootstrapOptions,
  type Resamples,
} from './multinomial-bootstrap.js';
export { normBootstrap } from './norm-bootstrap.js';
export { newcombe } from './newcombe.js';
export { newcombePaired, type PairedCounts } from './newcombe-paired.js';
export { normalCdf, normalQuantile, twoSidedQuantile } from './normal.js';
export { proportionRatio } from './proportion-ratio.js';
export { ratioOfEstimates } from './ratio-of-estimates.js';
export { seededRandom, type Random } from './random.js';
export { componentCovariance, mergePairedScores, type PairedScores } from './runs/paired-scores.js';
export { rankBounds, type Bounds, type RankBounds } from './runs/rank-bounds.js';
export { areSingleScores, mergeScoreRuns, type ScoreRuns } from './runs/score-runs.js';
export { averagePrecisionInterval } from './scores/average-precision.js';
export type { LabelledBins } from './scores/binned-scores.js';
export { calibrationError, type CalibrationCounts } from './scores/calibration-error.js';
export { maximumCalibrationError } from './scores/maximum-calibration-error.js';
export { gainInterval } from './scores/gain.js';
export {
  neighbourConsistency,
  neighbourSearch,
  type NeighbourConsistency,
  type NeighbourRows,
} from './neighbours/neighbour-consistency.js';
export { kolmogorovSmirnovInterval, type FarthestShares } from './scores/kolmogorov-smirnov.js';
export { wilson, type Proportion } from './wilson.js';
export {
  covarianceMoments,
  mergeMoments,
  type CovarianceMoments,
} from './multivariate/covariance-moments.js';
export {
  domainClassifier,
  type DomainClassification,
  type DomainClassifierOptions,
} from './multivariate/domain-classifier.js';
export {
  embeddingDistance,
  type EmbeddingDistance,
  type EmbeddingMetric,
} from './multivariate/embedding-distance.js';
export {
  principalComponents,
  reconstructionError,
  reconstructionErrors,
  type PrincipalComponents,
  type PrincipalComponentsOptions,
  type ReconstructionError,
  type ReconstructionErrors,
} from './multivariate/pca-reconstruction.js';
export {
  projected,
  randomProjection,
  type RandomProjection,
  type RandomProjectionOptions,
} from './multivariate/random-projection.js';
export { symmetricEigen, type SymmetricEigen } from './multivariate/symmetric-eigen.js';
export {
  calibrationGain,
  type CalibrationGain,
  type CalibrationGainOptions,
} from './performance/calibration-gain.js';
export {
  chunkThresholds,
  type ChunkThresholdOptions,
  type ChunkThresholds,
} from './performance/chunk-thresholds.js';
export {
  expectedPerformance,
  type ExpectedConfusion,
  type ExpectedPerformance,
  type ScoredRows,
} from './performance/expected-performance.js';
export {
  calibrated,
  isotonicCalibration,
  type IsotonicCalibration,
  type LabelledScores,
} from './performance/isotonic.js';
export {
  performanceDeviations,
  realisedPerformance,
  type JudgedScores,
  type PerformanceFigures,
  type RealisedPerformance,
} from './performance/realised-performance.js';
export { scaledBesselK } from './special/bessel-k.js';
export { binomialDensity, poissonDensity } from './special/binomial-density.js';
export { incompleteBeta, studentTwoSidedTail } from './special/incomplete-beta.js';
export { chiSquareTail, incompleteGamma } from './special/incomplete-gamma.js';
export { kolmogorovTail } from './special/kolmogorov.js';
export { logGamma } from './special/log-gamma.js';
export { andersonDarling } from './two-sample/anderson-darling.js';
export {
  evidentlyBins,
  evidentlyHellingerBins,
  type BinnedSamples,
  type BinningOptions,
} from './two-sample/binned-samples.js';
export type { CategoryCounts } from './two-sample/category-test.js';
export { chiSquareAgainstReference, chiSquareHomogeneity } from './two-sample/chi-square.js';
export { cramerVonMises } from './two-sample/cramer-von-mises.js';
export { energyDistance } from './two-sample/energy-distance.js';
export { eppsSingleton } from './two-sample/epps-singleton.js';
export { fisherExact } from './two-sample/fisher-exact.js';
export { gAgainstReference, gHomogeneity } from './two-sample/g-test.js';
export { hellinger } from './two-sample/hellinger.js';
export { jensenShannon } from './two-sample/jensen-shannon.js';
export { kolmogorovInterval } from './two-sample/kolmogorov-interval.js';
export { kolmogorovSmirnov } from './two-sample/kolmogorov-smirnov.js';
export { kullbackLeibler } from './two-sample/kullback-leibler.js';
export { mannWhitney } from './two-sample/mann-whitney.js';
export {
  maximumMeanDiscrepancy,
  type MaximumMeanDiscrepancy,
  type MaximumMeanDiscrepancyOptions,
  type Points,
} from './two-sample/maximum-mean-discrepancy.js';
export { numericDiscrepancy } from './two-sample/numeric-discrepancy.js';
export { populationStabilityIndex } from './two-sample/population-stability-index.js';
export { proportionsZ } from './two-sample/proportions-z.js';
export { studentT } from './two-sample/student-t.js';
export type { TwoSampleDistance, TwoSampleTest } from './two-sample/test-result.js';
export {
  totalVariation,
  totalVariationTest,
  type TotalVariationOptions,
} from './two-sample/total-variation.js';
export { totalVariationInterval } from './two-sample/total-variation-interval.js';
export { twoCategorySamples, type TwoCategorySamples } from './two-sample/two-category-samples.js';
export {
  sampleSizes,
  twoSamples,
  type SampleSizes,
  type TwoSamples,
} from './two-sample/two-samples.js';
export { wasserstein } from './two-sample/wasserstein.js';
export {
  weightedGeneralizedScore,
  type SelectedRows,
  type WeightedGeneralizedScore,
} from './weighted-generalized-score.js';
