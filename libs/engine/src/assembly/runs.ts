import { mostRuns, type RunProfile } from '@sluice/evaluation';
import { mergePairedScores, mergeScoreRuns, type ScoreRuns } from '@sluice/statistics';
import type { RunSum } from '../sql/run-sums.js';
import type { Units } from '../sql/scored-relation.js';
import type { PairSum, SliceSums } from './profile-sums.js';

/** The sketches of a slice's scores, in order and not more than a profile holds; none where none were asked for. */
export const runsOf = ({ runs }: SliceSums, { weight }: Units): { readonly runs?: RunProfile } => {
  const unit = 2 ** -(weight ?? 0);
  const sketch = (sums: readonly RunSum[]): ScoreRuns =>
    mergeScoreRuns(
      [
        {
          low: sums.map(({ low }) => low),
          high: sums.map(({ high }) => high),
          positives: sums.map(({ positives }) => positives * unit),
          negatives: sums.map(({ negatives }) => negatives * unit),
        },
      ],
      mostRuns,
    );
  const paired = (sums: readonly PairSum[]) =>
    mergePairedScores(
      [
        {
          first: sums.map(({ first }) => first),
          second: sums.map(({ second }) => second),
          positives: sums.map(({ positives }) => positives * unit),
          negatives: sums.map(({ negatives }) => negatives * unit),
        },
      ],
      mostRuns,
    );
  const { version, champion, pairs } = runs;
  if (version === null) return {};
  return {
    runs: {
      version: sketch(version),
      champion: champion && sketch(champion),
      pairs: pairs && paired(pairs),
    },
  };
};
