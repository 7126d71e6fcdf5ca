import type { Policy } from '@sluice/contracts';
import type { EmbeddingDrift, EmbeddingJoint, NormalEstimate, Sides } from '@sluice/evaluation';
import {
  domainClassifier,
  maximumMeanDiscrepancy,
  projected,
  randomProjection,
  seededRandom,
  twoSamples,
  wasserstein,
} from '@sluice/statistics';
import type { EmbeddingRows, PairedEmbedding } from './embedding-rows.js';

/** Rows of either table that are taken at most for what rests on rows. */
const mostRows = 20_000;
/** And numbers, so that long embeddings fit into memory. */
const mostValues = 4_000_000;
const leastRows = 20;
/** The discriminant takes time in the cube of its columns; longer embeddings are projected to as many. */
const mostDimensions = 64;

/** How an embedding differs between the tables, as far as the policy's checks ask. */
export const embeddingDrift = async (
  embedding: PairedEmbedding,
  policy: Policy,
  rows: Sides,
): Promise<EmbeddingDrift> => {
  const { name, dimensions } = embedding;
  const taken = {
    reference: await collected(embedding.stream('reference'), dimensions, rows.reference),
    current: await collected(embedding.stream('current'), dimensions, rows.current),
  };
  return {
    name,
    dimensions,
    rows: { reference: taken.reference.rows, current: taken.current.rows },
    means: { reference: taken.reference.mean, current: taken.current.mean },
    joint: jointOf(
      { reference: taken.reference.sample, current: taken.current.sample },
      new Set(policy.checks.map(({ metric }) => metric)),
    ),
  };
};

interface Collected {
  /** With a whole embedding. */
  readonly rows: number;
  readonly mean: Float64Array;
  /** By row. */
  readonly sample: readonly Float64Array[];
}

/** One pass: the mean of all whole embeddings, and a seeded sample of them. */
const collected = async (
  stream: AsyncGenerator<EmbeddingRows>,
  dimensions: number,
  tableRows: number,
): Promise<Collected> => {
  const wanted = Math.min(mostRows, Math.floor(mostValues / dimensions));
  const random = seededRandom([3]);
  const sums = new Float64Array(dimensions);
  const sample: Float64Array[] = [];
  let rows = 0;
  for await (const { rows: some, values } of stream)
    for (let row = 0; row < some; row += 1) {
      const drawn = tableRows <= wanted || random() * tableRows < wanted;
      const start = row * dimensions;
      const one = values.subarray(start, start + dimensions);
      if (!one.every(Number.isFinite)) continue;
      rows += 1;
      for (let index = 0; index < dimensions; index += 1)
        sums[index] = (sums[index] as number) + (one[index] as number);
      if (drawn) sample.push(one.slice());
    }
  return { rows, mean: sums.map((sum) => (rows === 0 ? 0 : sum / rows)), sample };
};

const jointOf = (
  { reference, current }: Sides<readonly Float64Array[]>,
  asked: ReadonlySet<string>,
): EmbeddingJoint => {
  const rows = { reference: reference.length, current: current.length };
  const few = (['reference', 'current'] as const).find((side) => rows[side] < leastRows);
  const nothing = { classifier: null, discrepancy: null, componentDistances: new Float64Array(0) };
  if (few !== undefined)
    return {
      rows,
      undefinedBecause: `the ${few} data has ${rows[few]} rows with the whole embedding; at least ${leastRows} are needed`,
      ...nothing,
    };
  const columns = { reference: columnsOf(reference), current: columnsOf(current) };
  const { statistic, pValue, method } = asked.has('embedding_mmd_p_value')
    ? maximumMeanDiscrepancy(reference, current, {
        random: seededRandom([1]),
        bandwidth: 'between',
      })
    : { statistic: null, pValue: null, method: '' };
  return {
    rows,
    undefinedBecause: null,
    classifier: asked.has('embedding_classifier_auc') ? classifierOf(columns) : null,
    discrepancy: statistic === null || pValue === null ? null : { pValue, method },
    componentDistances: asked.has('embedding_drifted_share')
      ? componentDistances(columns)
      : nothing.componentDistances,
  };
};

const columnsOf = (rows: readonly Float64Array[]): Float64Array[] =>
  Array.from(rows[0] ?? [], (_, index) => Float64Array.from(rows, (row) => row[index] as number));

const classifierOf = ({ reference, current }: Sides<Float64Array[]>): NormalEstimate | null => {
  const { length } = reference;
  const isLong = length > mostDimensions;
  const shortened = (columns: Float64Array[]): Float64Array[] =>
    isLong
      ? projected(
          randomProjection(length, { random: seededRandom([2]), dimensions: mostDimensions }),
          columns,
        )
      : columns;
  const found = domainClassifier(shortened(reference), shortened(current), {
    random: seededRandom([1]),
  });
  return (
    found && {
      estimate: found.estimate,
      standardError: found.standardError,
      n: found.n,
      method: `${found.interval.method}${isLong ? `-of-${mostDimensions}-projections` : ''}`,
    }
  );
};

const componentDistances = ({ reference, current }: Sides<Float64Array[]>): Float64Array =>
  Float64Array.from(reference, (column, index) => {
    const { distance } = wasserstein(twoSamples(column, current[index] as Float64Array), {
      normalised: true,
    });
    return distance as number;
  });
