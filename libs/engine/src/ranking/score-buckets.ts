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
    readonly perPart: number,
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

  partOf(score: number): number {
    const { inner } = this;
    let part = 0;
    while (part < inner.length && score >= (inner[part] as number)) part += 1;
    return part;
  }

  of(score: number): number {
    const { perPart } = this;
    const part = this.partOf(score);
    const position = (score - (this.lows[part] as number)) * (this.scales[part] as number);
    // Compared before it is cut: a whole number of 32 bits has no room for scores far from those of the sample.
    const bucket = position >= perPart - 1 ? perPart - 1 : position > 0 ? position | 0 : 0;
    return part * perPart + bucket;
  }
}
