import { distinctPoints } from './distinct-points.js';
import { NeighbourTree } from './neighbour-tree.js';

/** Rows with their features, and what was decided about each. */
export interface NeighbourRows {
  /** One row after another, `width` numbers each, all finite. */
  readonly features: Float64Array;
  readonly width: number;
  /** What differences of each feature are multiplied by, such as one over its standard deviation; 1 unless given. */
  readonly scale?: Float64Array;
  /** Of each way to decide, 1 or 0 for each row. */
  readonly outcomes: readonly Uint8Array[];
  /** Σ is over these; each row weighs 1 unless given. Rows without weight are left out, as neighbours too. */
  readonly weights?: Float64Array;
  /** 1 for the rows whose neighbours are looked for; of all rows unless given. All are neighbours. */
  readonly asked?: Uint8Array;
}

export interface NeighbourConsistency {
  /** By outcome, the mean disagreement of a row with its neighbours: 1 − consistency. */
  readonly disagreements: readonly number[];
  /** Of these means, by pairs of outcomes. */
  readonly covariances: readonly (readonly number[])[];
  /** The rows whose neighbours were looked for. */
  readonly rows: number;
  /** The rows that were looked through. */
  readonly candidates: number;
}

/**
 * Individual fairness as the consistency of decisions among similar rows: 1 − mean |yᵢ − mean of y over the k rows
 * nearest to row i by Euclidean distance|, of which this gives the mean.
 *
 * A disagreement of 0 means that every row is decided as all of its neighbours, of 1 that none is decided as any. The row
 * itself is one of its neighbours, as in AIF360, so that the disagreement is at most 1 − 1/k without ties.
 *
 * Rows that are equally far as the k-th nearest are taken in equal shares that make k in all. AIF360 takes those which
 * its tree happens to find first, so that its figure depends on the order of the rows wherever there are ties. With
 * fewer than k rows all of them are neighbours. Weights w count in both means; k counts rows, whatever they weigh.
 *
 * Disagreements of rows that share neighbours depend on each other. A row's influence on Σ w·d is its own term, centred,
 * and what it changes in the terms of rows that it is a neighbour of: Σᵢ wᵢ (1 − 2yᵢ) aᵢⱼ (yⱼ − mᵢ) with row j's part
 * aᵢⱼ in the mean mᵢ around row i. Covariances are sums of products of these influences, an infinitesimal jackknife.
 *
 * @throws RangeError without rows of any weight, or with lists of other lengths
 *
 * Sources: R. Zemel, Y. Wu, K. Swersky, T. Pitassi and C. Dwork, Learning fair representations, ICML (2013); L. A. Jaeckel,
 * The infinitesimal jackknife, Bell Laboratories (1972).
 */
export const neighbourConsistency = (
  given: NeighbourRows,
  neighbours: number,
): NeighbourConsistency => {
  const search = neighbourSearch(given, neighbours);
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
};

/** The same in steps, for who has to listen meanwhile: after each it tells how many of the rows' places are done. */
export function* neighbourSearch(
  given: NeighbourRows,
  neighbours: number,
): Generator<{ readonly done: number; readonly total: number }, NeighbourConsistency> {
  const rows = weighing(checkedRows(given));
  const { width, outcomes, weights, asked } = rows;
  const points = distinctPoints(rows.features, width);
  const total = points.rows.length;
  const { coordinates } = points;
  const scale = rows.scale ?? new Float64Array(width).fill(1);
  const building = NeighbourTree.over({ coordinates, width, scale }, points.rows);
  let built = building.next();
  for (; built.done !== true; built = building.next()) yield { done: 0, total };
  const tree = built.value;
  const sums = outcomes.map((outcome) => sumsByPoint(rows, points.pointOf, outcome));
  const mass = sumByPoint(points, (row) => weights[row] as number);
  const askedRows = sumByPoint(points, (row) => asked[row] as number);
  const inStep = Math.min(64, Math.max(1, Math.floor(coordinatesInStep / coordinates.length)));
  let searched = 0;
  for (let point = 0; point < total; point += 1) {
    if (askedRows[point] === 0) continue;
    if (searched % inStep === 0) yield { done: point, total };
    searched += 1;
    const around = tree.nearest(point, neighbours);
    const all = sumAround(around, mass);
    const own = around.points.indexOf(point);
    for (const each of sums) {
      const mean = sumAround(around, each.positive) / all;
      each.mean[point] = mean;
      each.ownPart[point] = (around.shares[own] as number) / all;
      around.points.forEach((other, at) => {
        const pull = ((each.pull[point] as number) * (around.shares[at] as number)) / all;
        each.slope[other] = (each.slope[other] as number) + pull;
        each.offset[other] = (each.offset[other] as number) + pull * mean;
      });
    }
  }
  yield { done: total, total };
  return summed(rows, points.pointOf, sums);
}

/** Coordinates that are looked at between two steps, at worst: some milliseconds of work. */
const coordinatesInStep = 2 ** 22;

type Rows = Required<Omit<NeighbourRows, 'scale'>> & Pick<NeighbourRows, 'scale'>;

const checkedRows = (given: NeighbourRows): Rows => {
  const { features, width, outcomes } = given;
  const count = features.length / width;
  const weights = given.weights ?? new Float64Array(count).fill(1);
  const asked = given.asked ?? new Uint8Array(count).fill(1);
  for (const list of [...outcomes, weights, asked])
    if (list.length !== count)
      throw new RangeError(`${count} rows have features, and ${list.length} what goes with them.`);
  if (!features.every(Number.isFinite)) throw new RangeError('A feature is not a finite number.');
  return { ...given, weights, asked };
};

const weighing = (rows: Rows): Rows => {
  const { features, width, outcomes, weights, asked } = rows;
  const kept = [...weights.keys()].filter((row) => (weights[row] as number) > 0);
  if (!kept.some((row) => asked[row] === 1))
    throw new RangeError('No row has a weight, and neighbours to be looked for.');
  if (kept.length === weights.length) return rows;
  const keptFeatures = new Float64Array(kept.length * width);
  kept.forEach((row, at) =>
    keptFeatures.set(features.subarray(row * width, (row + 1) * width), at * width),
  );
  const pick = (list: Uint8Array): Uint8Array =>
    Uint8Array.from(kept, (row) => list[row] as number);
  return {
    ...rows,
    features: keptFeatures,
    outcomes: outcomes.map(pick),
    weights: Float64Array.from(kept, (row) => weights[row] as number),
    asked: pick(asked),
  };
};

/** What is summed up by point, of one outcome. */
interface PointSums {
  readonly outcome: Uint8Array;
  /** Σ w·y. */
  readonly positive: Float64Array;
  /** Σ w (1 − 2y) over the rows that are asked: how a higher mean around the point changes their disagreement. */
  readonly pull: Float64Array;
  /** The mean around the point. */
  readonly mean: Float64Array;
  /** What a row of weight 1 at the point counts in that mean. */
  readonly ownPart: Float64Array;
  /** Over the points p that have this one around them, of pull(p) · part and of pull(p) · part · mean(p). */
  readonly slope: Float64Array;
  readonly offset: Float64Array;
}

const sumByPoint = (
  { rows, pointOf }: { readonly rows: Uint32Array; readonly pointOf: Uint32Array },
  of: (row: number) => number,
): Float64Array => {
  const sums = new Float64Array(rows.length);
  pointOf.forEach((point, row) => {
    sums[point] = (sums[point] as number) + of(row);
  });
  return sums;
};

const sumsByPoint = (
  { weights, asked }: Rows,
  pointOf: Uint32Array,
  outcome: Uint8Array,
): PointSums => {
  const count = pointOf.reduce((most, point) => Math.max(most, point + 1), 0);
  const by = (of: (row: number) => number): Float64Array =>
    sumByPoint({ rows: new Uint32Array(count), pointOf }, of);
  const none = (): Float64Array => new Float64Array(count);
  return {
    outcome,
    positive: by((row) => (weights[row] as number) * (outcome[row] as number)),
    pull: by(
      (row) =>
        (asked[row] as number) * (weights[row] as number) * (1 - 2 * (outcome[row] as number)),
    ),
    mean: none(),
    ownPart: none(),
    slope: none(),
    offset: none(),
  };
};

const sumAround = (
  { points, shares }: { readonly points: readonly number[]; readonly shares: readonly number[] },
  sums: Float64Array,
): number =>
  points.reduce((sum, point, at) => sum + (shares[at] as number) * (sums[point] as number), 0);

const summed = (
  { weights, asked }: Rows,
  pointOf: Uint32Array,
  sums: readonly PointSums[],
): NeighbourConsistency => {
  let [total, count] = [0, 0];
  asked.forEach((isAsked, row) => {
    count += isAsked;
    total += isAsked * (weights[row] as number);
  });
  const apart = ({ outcome, mean }: PointSums, row: number): number =>
    Math.abs((outcome[row] as number) - (mean[pointOf[row] as number] as number));
  const disagreements = sums.map((each) => {
    let sum = 0;
    asked.forEach((isAsked, row) => {
      if (isAsked === 1) sum += (weights[row] as number) * apart(each, row);
    });
    return sum / total;
  });
  const influences = sums.map((each, index) => {
    const mean = disagreements[index] as number;
    return Float64Array.from(weights, (weight, row) => {
      const point = pointOf[row] as number;
      const y = each.outcome[row] as number;
      const onAll = weight * ((each.slope[point] as number) * y - (each.offset[point] as number));
      if (asked[row] === 0) return onAll;
      const around = each.mean[point] as number;
      const onItself =
        weight * (1 - 2 * y) * weight * (each.ownPart[point] as number) * (y - around);
      return weight * (apart(each, row) - mean) + onAll - onItself;
    });
  });
  const covary = (one: Float64Array, other: Float64Array): number => {
    let sum = 0;
    one.forEach((value, row) => {
      sum += value * (other[row] as number);
    });
    return sum / (total * total);
  };
  return {
    disagreements,
    covariances: influences.map((one) => influences.map((other) => covary(one, other))),
    rows: count,
    candidates: weights.length,
  };
};
