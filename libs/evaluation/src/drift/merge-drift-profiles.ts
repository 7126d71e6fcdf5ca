import { SluiceError } from '@sluice/contracts';
import { twoCategorySamples, type TwoSamples } from '@sluice/statistics';
import { mergeProfiles } from '../merge-profiles.js';
import type { BinaryProfile, Moments } from '../profile.js';
import { mergeEmbeddings } from './merge-embeddings.js';
import { mergePerformance } from './merge-performance.js';
import type {
  Bins,
  CategoricalDrift,
  ColumnDrift,
  DriftProfile,
  JointDrift,
  NumericDrift,
  Sides,
} from './drift-profile.js';

/**
 * The drift of several tables, as if their rows stood in one: counts by value, bin and category add up, and so do the profiles
 * of scored reference rows (`mergeProfiles`), rows by score and means of embeddings; the chunks of each part are chunks of
 * the whole. Parts may hold rows of the reference, of the current table, or of both.
 *
 * What else rests on several columns of a row doesn't add up: each part has a classifier and principal components of its
 * own. Its figures are undefined, and say so.
 *
 * @throws SluiceError `invalid_data` without parts, or when they differ in columns, kinds, bins, embeddings or chunks
 */
export const mergeDriftProfiles = (parts: readonly DriftProfile[]): DriftProfile => {
  const [first, ...others] = parts;
  if (!first) throw new SluiceError('invalid_data', 'There are no drift profiles to merge.');
  if (others.length === 0) return first;
  return {
    rows: total(parts.map(({ rows }) => rows)),
    ...mergeWeights(parts),
    columns: first.columns.map((column, index) =>
      mergeColumns(
        column,
        parts.map(({ columns }) => columns[index]),
      ),
    ),
    joint: mergeJoint(parts.map(({ joint }) => joint)),
    embeddings: first.embeddings.map((embedding) =>
      mergeEmbeddings(
        embedding,
        parts.map(({ embeddings }) => embeddings.find(({ name }) => name === embedding.name)),
      ),
    ),
    reference: mergeScored(parts, 'reference'),
    ...(first.current === undefined ? {} : { current: mergeScored(parts, 'current') }),
    performance: mergePerformance(parts.map(({ performance }) => performance)),
  };
};

const mergeJoint = (parts: readonly (JointDrift | null)[]): JointDrift | null => {
  const [first, ...others] = parts.filter((part) => part !== null);
  if (!first) return null;
  return {
    columns: first.columns,
    rows: total([first, ...others].map(({ rows }) => rows)),
    undefinedBecause:
      'what rests on several columns of a row does not add up, and the profile was merged from parts',
    domainClassifier: null,
    reconstruction: null,
  };
};

/** null when the rows of a part weren't scored. */
const mergeScored = (parts: readonly DriftProfile[], side: keyof Sides): BinaryProfile | null => {
  const holding = parts.filter(({ rows }) => rows[side] > 0);
  const known = holding.map((part) => part[side] ?? null).filter((each) => each !== null);
  return known.length > 0 && known.length === holding.length ? mergeProfiles(known) : null;
};

/** Sums of weights add up; absent where rows have none. */
const mergeWeights = (parts: readonly DriftProfile[]): Pick<DriftProfile, 'weights'> => {
  const weights = parts.flatMap((part) => part.weights ?? []);
  if (weights.length === 0) return {};
  if (weights.length < parts.length)
    throw new SluiceError('invalid_data', 'The rows of some parts have weights, and others none.');
  const sums = (side: keyof Sides): Moments => ({
    sum: weights.reduce((total, of) => total + of[side].sum, 0),
    squares: weights.reduce((total, of) => total + of[side].squares, 0),
  });
  return { weights: { reference: sums('reference'), current: sums('current') } };
};

const mergeColumns = (
  first: ColumnDrift,
  parts: readonly (ColumnDrift | undefined)[],
): ColumnDrift => {
  const alike = parts.filter(
    (part) => part?.column === first.column && part.kind === first.kind,
  ) as ColumnDrift[];
  if (alike.length < parts.length)
    throw new SluiceError('invalid_data', `The parts differ in the column ${first.column}.`);
  return first.kind === 'numeric'
    ? mergeNumeric(alike as NumericDrift[])
    : mergeCategorical(alike as CategoricalDrift[]);
};

const mergeNumeric = (parts: readonly NumericDrift[]): NumericDrift => {
  const [first] = parts as [NumericDrift];
  const bins = (part: NumericDrift): string => JSON.stringify(part.bins && [...part.bins.upper]);
  if (parts.some((part) => bins(part) !== bins(first)))
    throw new SluiceError('invalid_data', `The parts have different bins of ${first.column}.`);
  const missing = total(parts.map((part) => part.missing));
  const integers = parts.every((part) => part.integers);
  const samples = first.bins ? addBins(parts) : addValues(parts);
  return { ...first, integers, missing, samples, bins: first.bins && mergeBins(parts, first.bins) };
};

/** The same bins, over the range of all parts. */
const mergeBins = (parts: readonly NumericDrift[], { range: _, ...bins }: Bins): Bins => {
  const ranges = parts.flatMap((part) => part.bins?.range ?? []);
  if (ranges.length === 0) return bins;
  const range = {
    lowest: Math.min(...ranges.map(({ lowest }) => lowest)),
    highest: Math.max(...ranges.map(({ highest }) => highest)),
  };
  return { ...bins, range };
};

/** The typical value of a bin is the mean of its rows, so it is weighted by them. */
const addBins = (parts: readonly NumericDrift[]): TwoSamples => {
  const [first] = parts as [NumericDrift];
  const sum = (of: (samples: TwoSamples, bin: number) => number): Float64Array =>
    first.samples.values.map((_, bin) =>
      parts.reduce((rows, { samples }) => rows + of(samples, bin), 0),
    );
  const count = ({ reference, current }: TwoSamples, bin: number): number =>
    (reference[bin] as number) + (current[bin] as number);
  const rows = sum(count);
  const weighted = sum((samples, bin) =>
    count(samples, bin) === 0 ? 0 : count(samples, bin) * (samples.values[bin] as number),
  );
  return {
    values: first.samples.values.map((value, bin) =>
      rows[bin] === 0 ? value : (weighted[bin] as number) / (rows[bin] as number),
    ),
    reference: sum(({ reference }, bin) => reference[bin] as number),
    current: sum(({ current }, bin) => current[bin] as number),
  };
};

const addValues = (parts: readonly NumericDrift[]): TwoSamples => {
  const counts = new Map<number, [reference: number, current: number]>();
  for (const { samples } of parts)
    samples.values.forEach((value, index) => {
      const known = counts.get(value) ?? [0, 0];
      known[0] += samples.reference[index] as number;
      known[1] += samples.current[index] as number;
      counts.set(value, known);
    });
  const values = Float64Array.from(counts.keys()).sort();
  const side = (of: 0 | 1): Float64Array =>
    values.map((value) => (counts.get(value) as [number, number])[of]);
  return { values, reference: side(0), current: side(1) };
};

const mergeCategorical = (parts: readonly CategoricalDrift[]): CategoricalDrift => {
  const [first] = parts as [CategoricalDrift];
  const counts = (of: keyof Sides): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const { samples } of parts)
      samples.categories.forEach((category, index) => {
        const rows = samples[of][index] as number;
        if (rows > 0) sums.set(category, (sums.get(category) ?? 0) + rows);
      });
    return sums;
  };
  return {
    ...first,
    missing: total(parts.map(({ missing }) => missing)),
    samples: twoCategorySamples(counts('reference'), counts('current')),
  };
};

const total = (sides: readonly Sides[]): Sides => ({
  reference: sides.reduce((sum, { reference }) => sum + reference, 0),
  current: sides.reduce((sum, { current }) => sum + current, 0),
});
