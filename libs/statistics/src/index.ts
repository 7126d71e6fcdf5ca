export { aucDifference, aucInterval, type AucDifference, type ClassSizes } from './auc-interval.js';
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
export { disparityDifference, type Disparity } from './disparity-difference.js';
export type { ConfidenceInterval, Estimate, IntervalOptions } from './estimate.js';
export { linearCombination, type Term } from './linear-combination.js';
export {
  drawMultinomial,
  multinomialBootstrap,
  percentileInterval,
  resampleCounts,
  type BootstrapEstimate,
  type BootstrapOptions,
  type Resamples,
} from './multinomial-bootstrap.js';
export { newcombe } from './newcombe.js';
export { newcombePaired, type PairedCounts } from './newcombe-paired.js';
export { normalCdf, normalQuantile, twoSidedQuantile } from './normal.js';
export { proportionRatio } from './proportion-ratio.js';
export { seededRandom, type Random } from './random.js';
export { wilson, type Proportion } from './wilson.js';
