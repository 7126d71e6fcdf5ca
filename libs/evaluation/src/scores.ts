/** How scores are counted, by itself: threads that count start faster without all the rest. */
export { scoreBin, scoreBins, scoreSums } from './curves/score-histogram.js';
export { gainShares, mostRuns } from './profile.js';
