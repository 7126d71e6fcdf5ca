import type { ResidualHistogram, ResidualShares } from '@sluice/contracts';
import { quantileOfValues, signedValues, type SketchedValues } from './error-sketch.js';
import type { RegressionSlice } from './regression-slice.js';

/** Of the errors, so many at either end may lie beyond the bins: a few far ones would leave no room for the others. */
const tail = 0.005;
const mostBins = 40;

/**
 * The errors of version and champion in bins of one width, 1, 2 or 5 times a power of 10, that start at a multiple of it.
 * Errors come from a sketch and are off by half a per cent at most, which moves a few from one bin to the next.
 */
export const residualsOf = ({ version, champion }: RegressionSlice): ResidualHistogram => {
  const ours = signedValues(version.sketch);
  const theirs = champion && signedValues(champion.sketch);
  const models = theirs === null ? [ours] : [ours, theirs];
  const lowest = Math.min(0, ...models.map((values) => quantileOfValues(values, tail)));
  const highest = Math.max(0, ...models.map((values) => quantileOfValues(values, 1 - tail)));
  const width = niceWidth((highest - lowest) / mostBins);
  const first = Math.floor(lowest / width);
  const count = Math.max(1, Math.floor(highest / width) - first + 1);
  const sharesOf = (values: SketchedValues): ResidualShares => {
    const total = values.reduce((sum, [, mass]) => sum + mass, 0);
    const shares = new Array<number>(count).fill(0);
    let [below, above] = [0, 0];
    for (const [value, mass] of values) {
      const at = Math.floor(value / width) - first;
      if (at < 0) below += mass / total;
      else if (at >= count) above += mass / total;
      else shares[at] = (shares[at] as number) + mass / total;
    }
    return { shares, below, above };
  };
  return {
    from: first * width,
    width,
    version: sharesOf(ours),
    champion: theirs && sharesOf(theirs),
  };
};

/** The smallest of 1, 2 and 5 times powers of 10 that is no smaller; 1 where all errors are 0. */
const niceWidth = (least: number): number => {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10);
};
