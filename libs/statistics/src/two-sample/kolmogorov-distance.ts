import type { TwoSamples, SampleSizes } from './two-samples.js';

/** D = sup |F − G| of the empirical distribution functions, in [0, 1]. Both samples must have rows. */
export const kolmogorovDistance = (samples: TwoSamples, n: SampleSizes): number => {
  let below = 0;
  let belowCurrent = 0;
  let largest = 0;
  for (let index = 0; index < samples.values.length; index += 1) {
    below += samples.reference[index] as number;
    belowCurrent += samples.current[index] as number;
    largest = Math.max(largest, Math.abs(below / n.reference - belowCurrent / n.current));
  }
  return Math.min(1, largest);
};
