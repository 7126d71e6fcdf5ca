import { serveRequests } from '../worker-loop.js';
import { countShare, type CountedColumns, type CountingShare } from './counting-share.js';

/** Values between two notes of progress: whoever listens has other things to do. */
const tellEvery = 1_000_000;

/* Counts a share of the columns. Notes are the values looked at since the last one. */
serveRequests<CountingShare, CountedColumns, number>(async (share, { tell, signal }) => {
  let untold = 0;
  const onValues = (values: number): void => {
    untold += values;
    if (untold < tellEvery) return;
    tell(untold);
    untold = 0;
  };
  return { result: await countShare(share, onValues, signal) };
});
