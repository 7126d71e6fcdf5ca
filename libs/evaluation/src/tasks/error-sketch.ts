/**
 * How errors are distributed, in bins that are wider the larger the error: bin i of a sign holds the errors with
 * γⁱ ≤ |d| < γⁱ⁺¹. Any quantile is then known within half a per cent of itself, whatever the scale, and sketches add up.
 * An error counts as 0 that is too small for a bin.
 *
 * Source: C. Masson, J. E. Rim and H. K. Lee, DDSketch: a fast and fully-mergeable quantile sketch with relative-error
 * guarantees, PVLDB 12 (2019).
 */
export interface ErrorSketch {
  /** Σ w of the errors that count as 0. */
  readonly zero: number;
  readonly positive: SketchBins;
  readonly negative: SketchBins;
}

/** Ascending bins, only those with rows, and Σ w of the rows in each. */
export interface SketchBins {
  readonly bins: readonly number[];
  readonly masses: readonly number[];
}

/** A quantile of a sketch is off by at most this share of itself. */
export const sketchAccuracy = 0.005;
/** How far a quantile of the rows may be from one of a sketch, which is off by a share of the rows' own. */
export const sketchErrorOf = (value: number): number =>
  (Math.abs(value) * sketchAccuracy) / (1 - sketchAccuracy);
/** γ: the value 2γⁱ⁺¹ / (γ + 1) is within the accuracy of all in bin i. */
export const sketchGrowth = (1 + sketchAccuracy) / (1 - sketchAccuracy);
/** Errors below this count as 0. */
export const smallestError = 1e-100;

/** The bin of an absolute error of at least `smallestError`. */
export const sketchBin = (size: number): number =>
  Math.floor(Math.log(size) * (1 / Math.log(sketchGrowth)));

/** The value that stands for the errors of a bin. */
export const sketchValue = (bin: number): number =>
  (2 * Math.exp((bin + 1) * Math.log(sketchGrowth))) / (sketchGrowth + 1);

/** Values and their masses, ascending. */
export type SketchedValues = readonly (readonly [value: number, mass: number])[];

export const signedValues = ({ zero, positive, negative }: ErrorSketch): SketchedValues => [
  ...valuesOf(negative)
    .map(([value, mass]): [number, number] => [-value, mass])
    .toReversed(),
  ...(zero > 0 ? [[0, zero] as const] : []),
  ...valuesOf(positive),
];

export const absoluteValues = ({ zero, positive, negative }: ErrorSketch): SketchedValues => [
  ...(zero > 0 ? [[0, zero] as const] : []),
  ...valuesOf(mergeBins([positive, negative])),
];

const valuesOf = ({ bins, masses }: SketchBins): [number, number][] =>
  bins.map((bin, index) => [sketchValue(bin), masses[index] as number]);

/** The smallest value up to and including which lies such a share of the mass. */
export const quantileOfValues = (values: SketchedValues, share: number): number => {
  const total = values.reduce((sum, [, mass]) => sum + mass, 0);
  let below = 0;
  for (const [value, mass] of values) {
    below += mass;
    // Sums of weights may fall short of the total by a rounding.
    if (below >= share * total * (1 - 1e-12)) return value;
  }
  return values.at(-1)?.[0] ?? NaN;
};

export const mergeSketches = (parts: readonly ErrorSketch[]): ErrorSketch => ({
  zero: parts.reduce((sum, { zero }) => sum + zero, 0),
  positive: mergeBins(parts.map(({ positive }) => positive)),
  negative: mergeBins(parts.map(({ negative }) => negative)),
});

const mergeBins = (parts: readonly SketchBins[]): SketchBins => {
  const masses = new Map<number, number>();
  for (const { bins, masses: own } of parts)
    bins.forEach((bin, index) => masses.set(bin, (masses.get(bin) ?? 0) + (own[index] as number)));
  const bins = [...masses.keys()].sort((a, b) => a - b);
  return { bins, masses: bins.map((bin) => masses.get(bin) as number) };
};
