import { SluiceError } from '@sluice/contracts';
import { mergeMoments } from '../merge-losses.js';
import { mergeSketches } from './error-sketch.js';
import type {
  ErrorMoments,
  PredictedLabels,
  RegressionSlice,
  SharedErrors,
} from './regression-slice.js';

/**
 * The statistics of the rows of all parts together. Moments are moved to the first part's center and added up.
 *
 * @throws SluiceError `invalid_data` when some parts have a champion's predictions and others don't
 */
export const mergeRegressionSlices = (parts: readonly RegressionSlice[]): RegressionSlice => {
  const [first] = parts;
  if (!first) throw new TypeError('There are no slices to merge.');
  const moved = parts.map((part) => recentred(part, first.center));
  const champions = moved.map(({ champion }) => champion).filter((errors) => errors !== null);
  if (champions.length > 0 && champions.length < moved.length)
    throw new SluiceError(
      'invalid_data',
      'A profile with a champion’s predictions cannot be merged with one without.',
    );
  const shared = moved.map((part) => part.shared).filter((products) => products !== null);
  return {
    kind: 'regression',
    count: total(moved, ({ count }) => count),
    weight: mergeMoments(moved.map(({ weight }) => weight)),
    center: first.center,
    label: [0, 1, 2, 3].map((power) =>
      total(moved, ({ label }) => label[power] as number),
    ) as unknown as RegressionSlice['label'],
    zeroLabels: total(moved, ({ zeroLabels }) => zeroLabels),
    version: mergeErrors(moved.map(({ version }) => version)),
    champion: champions.length > 0 ? mergeErrors(champions) : null,
    shared: shared.length > 0 ? mergeShared(shared) : null,
  };
};

const total = <Part>(parts: readonly Part[], of: (part: Part) => number): number =>
  parts.reduce((sum, part) => sum + of(part), 0);

const mergeErrors = (parts: readonly ErrorMoments[]): ErrorMoments => ({
  prediction: mergeMoments(parts.map(({ prediction }) => prediction)),
  over: mergeMoments(parts.map(({ over }) => over)),
  under: mergeMoments(parts.map(({ under }) => under)),
  fourth: total(parts, ({ fourth }) => fourth),
  squaredByLabel: [
    total(parts, ({ squaredByLabel }) => squaredByLabel[0]),
    total(parts, ({ squaredByLabel }) => squaredByLabel[1]),
  ],
  relative: mergeMoments(parts.map(({ relative }) => relative)),
  largest: parts.reduce((most, { largest }) => Math.max(most, largest), 0),
  sketch: mergeSketches(parts.map(({ sketch }) => sketch)),
});

const mergeShared = (parts: readonly SharedErrors[]): SharedErrors => ({
  overOver: total(parts, ({ overOver }) => overOver),
  overUnder: total(parts, ({ overUnder }) => overUnder),
  underOver: total(parts, ({ underOver }) => underOver),
  underUnder: total(parts, ({ underUnder }) => underUnder),
  squared: total(parts, ({ squared }) => squared),
  relative: total(parts, ({ relative }) => relative),
  predictions: total(parts, ({ predictions }) => predictions),
});

/** The same sums about another center: y − c′ = (y − c) + (c − c′). */
const recentred = (slice: RegressionSlice, center: number): RegressionSlice => {
  const by = slice.center - center;
  if (by === 0) return slice;
  const mass = slice.weight.sum;
  const [s1, s2, s3, s4] = slice.label;
  const predictionsOf = (errors: ErrorMoments): ErrorMoments => {
    const [q1, q2] = errors.squaredByLabel;
    const squared = errors.over.squares + errors.under.squares;
    const { sum, squares } = errors.prediction;
    return {
      ...errors,
      prediction: { sum: sum + by * mass, squares: squares + 2 * by * sum + by * by * mass },
      squaredByLabel: [q1 + by * squared, q2 + 2 * by * q1 + by * by * squared],
    };
  };
  return {
    ...slice,
    center,
    label: [
      s1 + by * mass,
      s2 + 2 * by * s1 + by ** 2 * mass,
      s3 + 3 * by * s2 + 3 * by ** 2 * s1 + by ** 3 * mass,
      s4 + 4 * by * s3 + 6 * by ** 2 * s2 + 4 * by ** 3 * s1 + by ** 4 * mass,
    ],
    version: predictionsOf(slice.version),
    champion: slice.champion && predictionsOf(slice.champion),
    shared: slice.shared && {
      ...slice.shared,
      predictions:
        slice.shared.predictions +
        by * (slice.version.prediction.sum + (slice.champion?.prediction.sum ?? 0)) +
        by * by * mass,
    },
  };
};

/** Bins of the widest width among the parts, which are made of whole bins of all others. */
export const mergePredicted = (parts: readonly PredictedLabels[]): PredictedLabels => {
  const [first] = parts;
  if (!first) throw new TypeError('There is nothing to merge.');
  const exponent = parts.reduce((widest, part) => Math.max(widest, part.exponent), first.exponent);
  const merged = new Map<number, [mass: number, prediction: number, label: number]>();
  for (const part of parts)
    part.bins.forEach((narrow, index) => {
      const bin = Math.floor(narrow * 2 ** (part.exponent - exponent));
      const known = merged.get(bin) ?? [0, 0, 0];
      const mass = part.masses[index] as number;
      const by = (part.center - first.center) * mass;
      merged.set(bin, [
        known[0] + mass,
        known[1] + (part.predictions[index] as number) + by,
        known[2] + (part.labels[index] as number) + by,
      ]);
    });
  const sorted = [...merged].sort(([a], [b]) => a - b);
  return {
    exponent,
    center: first.center,
    bins: sorted.map(([bin]) => bin),
    masses: sorted.map(([, [mass]]) => mass),
    predictions: sorted.map(([, [, prediction]]) => prediction),
    labels: sorted.map(([, [, , label]]) => label),
  };
};
