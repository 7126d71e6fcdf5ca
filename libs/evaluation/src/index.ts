export { evaluate, type EvaluationInput } from './evaluate.js';
export { mergeProfiles } from './merge-profiles.js';
export { minimumRows, minimumRowsPerClass } from './measure.js';
export type { Cell, Profile, ProtectedProfile, RankedScores, RankingProfile } from './profile.js';
