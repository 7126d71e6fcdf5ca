import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { seededRandom } from '../random.js';
import { neighbourConsistency, type NeighbourRows } from './neighbour-consistency.js';

interface Figures {
  readonly shared: number;
  readonly aif360?: number;
  readonly reversed?: number;
}
interface Case {
  readonly features: number[][];
  readonly label: number[];
  readonly prediction: number[];
  readonly weight?: number[];
  readonly expected: Record<string, { label: Figures; prediction: Figures }>;
}
const { cases } = JSON.parse(
  readFileSync(
    new URL('../../../../test/fixtures/oracles/consistency.json', import.meta.url),
    'utf8',
  ),
) as { cases: Record<string, Case> };

const rowsOf = ({ features, label, prediction, weight }: Case): NeighbourRows => ({
  features: Float64Array.from(features.flat()),
  width: features[0]?.length ?? 0,
  outcomes: [Uint8Array.from(label), Uint8Array.from(prediction)],
  ...(weight === undefined ? {} : { weights: Float64Array.from(weight) }),
});

describe('neighbourConsistency', () => {
  const named = Object.entries(cases).map(([name, each]) => ({ name, each }));
  // Whatever AIF360 makes of another order of the same rows: elsewhere there are no ties for the last place.
  const tied: string[] = [];

  it.each(named)('agrees on $name, with AIF360 where no rows are tied', ({ name, each }) => {
    for (const [neighbours, expected] of Object.entries(each.expected)) {
      const { disagreements } = neighbourConsistency(rowsOf(each), Number(neighbours));
      for (const [index, of] of (['label', 'prediction'] as const).entries()) {
        const found = 1 - (disagreements[index] as number);
        const { shared, aif360, reversed } = expected[of];
        expect(Math.abs(found - shared)).toBeLessThan(1e-9);
        if (aif360 === undefined || reversed === undefined) continue;
        if (Math.abs(aif360 - reversed) < 1e-9 && Math.abs(aif360 - shared) < 1e-9) continue;
        tied.push(`${name}, ${of}, ${neighbours}`);
      }
    }
  });

  it('differs from AIF360 on data with ties alone, where the order of its rows decides', () => {
    const sets = [...new Set(tied.map((each) => each.split(',')[0]))];
    expect(sets).toEqual(['german credit', 'anes96', 'iris', 'rows at the same point', 'a grid']);
    for (const name of ['breast cancer', 'normal in 3 dimensions', 'normal in 12 dimensions'])
      expect(sets).not.toContain(name);
  });

  const drawn = (rows: number, seed: number): NeighbourRows => {
    const random = seededRandom([seed]);
    const features = Float64Array.from({ length: rows * 2 }, () => random() * 10);
    const chance = (row: number): number => 1 / (1 + Math.exp(5 - (features[row * 2] as number)));
    const decide = (): Uint8Array =>
      Uint8Array.from({ length: rows }, (_, row) => Number(random() < chance(row)));
    return { features, width: 2, outcomes: [decide(), decide()] };
  };

  it('finds in thousands of rows what a look at each of them finds', () => {
    const rows = drawn(3000, 5);
    const at = (row: number, c: number): number => rows.features[row * 2 + c] as number;
    const outcome = rows.outcomes[0] as Uint8Array;
    const asked = Uint8Array.from({ length: 3000 }, (_, row) => Number(row % 50 === 0));
    const { disagreements, ...counts } = neighbourConsistency({ ...rows, asked }, 7);
    expect(counts).toMatchObject({ rows: 60, candidates: 3000 });
    let sum = 0;
    for (let row = 0; row < 3000; row += 50) {
      const nearest = Array.from({ length: 3000 }, (_, other) => ({
        y: outcome[other] as number,
        d: (at(other, 0) - at(row, 0)) ** 2 + (at(other, 1) - at(row, 1)) ** 2,
      }))
        .sort((one, other) => one.d - other.d)
        .slice(0, 7);
      const mean = nearest.reduce((total, { y }) => total + y, 0) / 7;
      sum += Math.abs((outcome[row] as number) - mean);
    }
    expect(disagreements[0]).toBeCloseTo(sum / 60, 12);
  });

  const random = seededRandom([8]);
  const shapes: [string, number, (row: number, c: number) => number][] = [
    ['unrelated coordinates', 20, () => random()],
    ['coordinates far from 0', 9, () => 1e9 + random()],
    ['numbers that 32 bits do not hold', 14, () => 1e39 * random()],
    ['numbers that 32 bits take for 0', 5, () => 1e-100 * random()],
    ['whole numbers, with ties', 16, (_, c) => (c < 4 ? Math.floor(3 * random()) : 0)],
    [
      'a coordinate of a few outliers',
      13,
      (row, c) => (c === 7 && row % 300 === 0 ? 1e6 : random()),
    ],
  ];

  it.each(shapes)('finds among %s what a look at each finds', (_, width, value) => {
    const count = 900;
    const features = Float64Array.from({ length: count * width }, (__, at) =>
      value(Math.floor(at / width), at % width),
    );
    const outcome = Uint8Array.from({ length: count }, () => Number(random() < 0.4));
    const asked = Uint8Array.from({ length: count }, (__, row) => Number(row % 20 === 0));
    const found = neighbourConsistency({ features, width, outcomes: [outcome], asked }, 7);
    let sum = 0;
    for (let row = 0; row < count; row += 20) {
      const distances = Float64Array.from({ length: count }, (__, other) => {
        let distance = 0;
        for (let c = 0; c < width; c += 1)
          distance +=
            ((features[row * width + c] ?? NaN) - (features[other * width + c] ?? NaN)) ** 2;
        return distance;
      });
      const last = distances.toSorted()[6] as number;
      const near = distances.map((distance) => Number(distance < last * (1 - 1e-12)));
      const tied = distances.map((distance, at) =>
        near[at] === 0 && distance <= last * (1 + 1e-12) ? 1 : 0,
      );
      const total = (list: Float64Array, of = (__: number): number => 1): number =>
        list.reduce((all, each, at) => all + each * of(at), 0);
      const y = (at: number): number => outcome[at] as number;
      const share = (7 - total(near)) / total(tied);
      sum += Math.abs(y(row) - (total(near, y) + share * total(tied, y)) / 7);
    }
    expect(found.disagreements[0]).toBeCloseTo(sum / 45, 12);
  });

  it('takes 0 and −0 for the same place', () => {
    const features = Float64Array.of(0, 1, -0, 1, 5, 5);
    const outcomes = [Uint8Array.of(1, 0, 0)];
    const { disagreements } = neighbourConsistency({ features, width: 2, outcomes }, 1);
    expect(disagreements[0]).toBeCloseTo(1 / 3, 12);
  });

  it('depends neither on the order of rows nor on the unit of weights, nor on a feature whose scale is 0', () => {
    const rows = drawn(200, 6);
    const weights = Float64Array.from({ length: 200 }, (_, row) => row % 4);
    const found = neighbourConsistency({ ...rows, weights }, 5);
    const order = Array.from({ length: 200 }, (_, row) => (row * 37) % 200);
    const turned = neighbourConsistency(
      {
        features: Float64Array.from(
          order.flatMap((row) => [row, ...rows.features.subarray(row * 2, row * 2 + 2)]),
        ),
        width: 3,
        scale: Float64Array.of(0, 1, 1),
        outcomes: rows.outcomes.map((each) => each.map((_, at) => each[order[at] as number] ?? 0)),
        weights: weights.map((_, at) => 2.5 * (weights[order[at] as number] as number)),
      },
      5,
    );
    const flat = ({ disagreements, covariances }: typeof found): number[] => [
      ...disagreements,
      ...covariances.flat(),
    ];
    flat(turned).forEach((figure, at) => expect(figure).toBeCloseTo(flat(found)[at] ?? NaN, 12));
    expect(found).toMatchObject({ rows: 150, candidates: 150 });
  });

  it('has a variance that is that of other rows drawn alike, asked of all and of some', () => {
    for (const every of [1, 4]) {
      const runs = Array.from({ length: 120 }, (_, seed) => {
        const rows = drawn(250, seed + 10);
        const asked = Uint8Array.from({ length: 250 }, (__, row) => Number(row % every === 0));
        return neighbourConsistency({ ...rows, asked }, 5);
      });
      const of = (pick: (run: (typeof runs)[number]) => number): number[] => runs.map(pick);
      const mean = (list: readonly number[]): number =>
        list.reduce((sum, each) => sum + each, 0) / list.length;
      const variance = (list: readonly number[]): number =>
        (mean(list.map((each) => each * each)) - mean(list) ** 2) * (120 / 119);
      const single = of(({ disagreements }) => disagreements[0] as number);
      const change = of(
        ({ disagreements }) => (disagreements[0] as number) - (disagreements[1] as number),
      );
      const told = mean(of(({ covariances }) => covariances[0]?.[0] as number));
      const toldChange = mean(
        of(
          ({ covariances: [one, other] }) =>
            (one?.[0] as number) + (other?.[1] as number) - 2 * (one?.[1] as number),
        ),
      );
      // A variance of 120 is known to a factor of about 1.3.
      for (const ratio of [told / variance(single), toldChange / variance(change)]) {
        expect(ratio).toBeGreaterThan(0.75);
        expect(ratio).toBeLessThan(1.6);
      }
    }
  });

  it('takes all rows for neighbours where there are no more', () => {
    const rows = drawn(20, 3);
    const outcome = rows.outcomes[0] as Uint8Array;
    const mean = outcome.reduce((sum, y) => sum + y, 0) / 20;
    for (const neighbours of [20, 21, 1000])
      expect(neighbourConsistency(rows, neighbours).disagreements[0]).toBeCloseTo(
        2 * mean * (1 - mean),
        12,
      );
  });

  it('refuses what it cannot take', () => {
    const rows = drawn(20, 1);
    expect(() => neighbourConsistency({ ...rows, weights: new Float64Array(20) }, 5)).toThrow(
      RangeError,
    );
    expect(() => neighbourConsistency({ ...rows, asked: new Uint8Array(19) }, 5)).toThrow(
      '20 rows have features, and 19 what goes with them.',
    );
    const features = rows.features.slice();
    features[3] = Infinity;
    expect(() => neighbourConsistency({ ...rows, features }, 5)).toThrow('not a finite number');
  });
});
