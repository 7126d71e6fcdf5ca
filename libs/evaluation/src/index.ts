export { evaluate, type EvaluationInput } from './evaluate.js';
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
