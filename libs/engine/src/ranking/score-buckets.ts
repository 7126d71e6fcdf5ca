import type { ScoreLimits } from './score-limits.js';

/** Scores by part, one for each thread, and within a part by buckets of equal width; higher scores have higher numbers. */
export class ScoreBuckets {
  readonly parts: number;
  readonly count: number;
  private readonly inner: Float64Array;
  private readonly lows: Float64Array;
  private readonly scales: Float64Array;

  constructor(
    { limits, lowest, highest }: ScoreLimits,
    private readonly perPart: number,
  ) {
    this.parts = limits.length - 1;
    this.count = this.parts * perPart;
    this.inner = Float64Array.from(limits.slice(1, -1));
    this.lows = Float64Array.from(limits.slice(0, -1), (limit) => Math.max(lowest, limit));
    this.scales = this.lows.map((low, part) => {
      const scale = perPart / (Math.min(highest, limits[part + 1] as number) - low);
      return Number.isFinite(scale) && scale > 0 ? scale : 0;
    });
  }

  /** The parts of scores from `from` on. Written without a branch: which part a score is in can't be foretold. */
  partsOf(scores: Float64Array, from: number, to: number, into: Uint16Array): void {
    const { inner } = this;
    for (let row = from; row < to; row += 1) {
      const score = scores[row] as number;
      let part = 0;
      for (let limit = 0; limit < inner.length; limit += 1)
        part += Number(score >= (inner[limit] as number));
      into[row - from] = part;
    }
  }

  /** The buckets of scores from `from` on. */
  bucketsOf(scores: Float64Array, from: number, to: number, into: Uint16Array): void {
    const { inner, lows, scales, perPart } = this;
    const last = perPart - 1;
    for (let row = from; row < to; row += 1) {
      const score = scores[row] as number;
      let part = 0;
      for (let limit = 0; limit < inner.length; limit += 1)
        part += Number(score >= (inner[limit] as number));
      const position = (score - (lows[part] as number)) * (scales[part] as number);
      // Compared before it is cut: a whole number of 32 bits has no room for scores far from those of the sample.
      const bucket = position >= last ? last : position > 0 ? position | 0 : 0;
      into[row - from] = part * perPart + bucket;
    }
  }
}
