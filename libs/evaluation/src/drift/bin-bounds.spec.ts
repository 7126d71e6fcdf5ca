import { describe, expect, it } from '@jest/globals';
import { policyCheckSchema } from '@sluice/contracts';
import { energyDistance, seededRandom, twoSamples, wasserstein } from '@sluice/statistics';
import { profileOf } from '../../test/profiles.js';
import { decideCheck } from '../checks/decide-check.js';
import { movedWithin } from './bin-bounds.js';
import type { NumericDrift } from './drift-profile.js';
import { mergeDriftProfiles } from './merge-drift-profiles.js';

const random = seededRandom([41]);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const draws: Readonly<Record<string, () => number>> = {
  normal,
  'heavy-tailed': () => Math.exp(3 * normal()),
  even: () => 100 * random(),
  'of few values': () => Math.floor(6 * random()),
  'nearly constant': () => 5 + 1e-5 * normal(),
};
const shifts = [0, 0.01, 0.5];

const drawn = (rows: number, draw: () => number, shift: number): Float64Array =>
  Float64Array.from({ length: rows }, () => draw() + shift);

/** As the engine counts rows: each at the mean of its bin. */
const binned = (reference: Float64Array, current: Float64Array, count: number): NumericDrift => {
  const all = Float64Array.from([...reference, ...current]).sort();
  const edges = Array.from(
    { length: count },
    (_, bin) => all[Math.floor((bin * all.length) / count)],
  );
  const upper = Float64Array.from([...new Set(edges as number[]), Infinity]);
  const rows = {
    reference: new Float64Array(upper.length),
    current: new Float64Array(upper.length),
  };
  const sums = new Float64Array(upper.length);
  for (const [side, values] of Object.entries({ reference, current }) as [
    'reference',
    Float64Array,
  ][])
    for (const value of values) {
      const bin = upper.findIndex((edge) => value <= edge);
      rows[side][bin]! += 1;
      sums[bin]! += value;
    }
  const values = sums.map((sum, bin) => {
    const held = rows.reference[bin]! + rows.current[bin]!;
    return held > 0 ? sum / held : Math.min(upper[bin]!, all.at(-1)!);
  });
  return {
    column: 'x',
    kind: 'numeric',
    integers: false,
    missing: { reference: 0, current: 0 },
    samples: { values, ...rows },
    bins: {
      upper,
      single: new Uint8Array(upper.length),
      range: { lowest: all[0]!, highest: all.at(-1)! },
    },
  };
};

describe.each(Object.entries(draws))('bins of values that are %s', (_name, draw) => {
  it.each(shifts.flatMap((shift) => [12, 150].map((bins) => ({ shift, bins }))))(
    'state how far distances may be from those of rows: moved by $shift, $bins bins',
    ({ shift, bins }) => {
      const [reference, current] = [drawn(600, draw, 0), drawn(400, draw, shift)];
      const column = binned(reference, current, bins);
      const rows = twoSamples(reference, current);
      const exact = {
        wasserstein_distance: wasserstein(rows, { normalised: true }).distance!,
        energy_distance: energyDistance(rows).distance!,
      };
      const found = {
        wasserstein_distance: wasserstein(column.samples, { normalised: true }).distance!,
        energy_distance: energyDistance(column.samples).distance!,
      };
      for (const metric of ['wasserstein_distance', 'energy_distance'] as const) {
        const within = movedWithin(metric, column)!;
        const error = Math.abs(found[metric] - exact[metric]);
        expect(error).toBeLessThanOrEqual(within * (1 + 1e-9) + 1e-9);
      }
    },
  );
});

describe('the bound of a binned distance', () => {
  const column = binned(drawn(5000, normal, 0), drawn(4000, normal, 0), 2000);
  const of = (numeric: NumericDrift) => ({
    rows: { reference: 5000, current: 4000 },
    columns: [numeric],
    joint: null,
    embeddings: [],
    reference: null,
    performance: null,
  });
  const decided = (numeric: NumericDrift, at_most: number) =>
    decideCheck(policyCheckSchema.parse({ metric: 'wasserstein_distance', at_most }), {
      profile: profileOf([{ label: true, prediction: true, groups: {} }], []),
      hasChampion: false,
      drift: of(numeric),
    });

  it('is small, stands in the measure, and has to meet the limit too', () => {
    const { measure, outcome } = decided(column, 0.1);
    expect(outcome).toBe('pass');
    expect(measure?.errorBound).toBeLessThan(0.01);
    expect(measure?.method).toBe('wasserstein-normalised-binned');
    const near = decided(column, (measure?.value as number) + (measure?.errorBound as number) / 2);
    expect(near).toMatchObject({ outcome: 'fail' });
    expect(near.reason).toContain('taken over bins');
  });

  it('is not stated where the range is not known, nor of exact values', () => {
    const { range: _, ...bins } = column.bins!;
    expect(decided({ ...column, bins }, 0.1).measure).not.toHaveProperty('errorBound');
    expect(decided({ ...column, bins: null }, 0.1).measure).not.toHaveProperty('errorBound');
  });

  it('is that of the range of all parts', () => {
    const other = { ...column, bins: { ...column.bins!, range: { lowest: -9, highest: 1 } } };
    const [merged] = mergeDriftProfiles([of(column), of(other)]).columns as [NumericDrift];
    expect(merged.bins?.range).toEqual({ lowest: -9, highest: column.bins?.range?.highest });
  });
});
