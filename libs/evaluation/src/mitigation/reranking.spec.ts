import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@sluice/statistics';
import { mitigation } from '../../test/mitigation-oracles.js';
import { rerank, rerankings, type Candidates } from './reranking.js';

describe.each(Object.entries(mitigation.reranking))(
  "against AIF360's, one mistake put right: %s groups",
  (_, { group, score, shares, ranked, as_it_is }) => {
    const rowsOf = shares.map((__, at) => [...group.keys()].filter((row) => group[row] === at));
    const groups = rowsOf.map((rows, at) => ({
      group: [String(at)],
      share: shares[at] as number,
      score: Float64Array.from(rows, (row) => score[row] as number),
    }));
    const size = ranked['greedy']?.length as number;
    const listOf = (reranking: (typeof rerankings)[number]): (number | undefined)[] =>
      rerank({ groups, size, reranking }).places.map(
        ({ group: at, candidate }) => rowsOf[at]?.[candidate],
      );

    it.each(rerankings)('the same list, %s', (reranking) => {
      expect(listOf(reranking)).toEqual(ranked[reranking]);
    });

    it('lists each candidate once, which theirs does not', () => {
      expect(new Set(listOf('greedy')).size).toBe(size);
      // Where it has any list at all: it runs out of the candidates of a group that it counts too often.
      expect(new Set(as_it_is.greedy).size).toBeLessThan(size);
    });
  },
);

describe('rerank', () => {
  const random = seededRandom([31]);
  const draw = (count: number, rows: number): Candidates[] => {
    const parts = Array.from({ length: count }, () => 0.1 + random());
    const all = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part, at) => ({
      group: [String(at)],
      share: part / all,
      score: Float64Array.from({ length: rows }, () => Math.round(100 * random()) / 100),
    }));
  };

  it('meets the minima of any number of groups, constrained, and of up to three, greedy', () => {
    for (let round = 0; round < 12; round += 1) {
      const groups = draw(2 + (round % 6), 60);
      for (const reranking of groups.length <= 3 ? rerankings : (['constrained'] as const)) {
        const { places, shortfalls } = rerank({ groups, size: 50, reranking });
        expect({ round, reranking, shortfalls }).toEqual({
          round,
          reranking,
          shortfalls: groups.map(() => 0),
        });
        expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(50);
        // Within a group nobody is passed by someone of a lower score.
        for (const [at, { score }] of groups.entries()) {
          const own = places
            .filter(({ group }) => group === at)
            .map(({ candidate }) => score[candidate] as number);
          expect(own).toEqual(own.toSorted((a, b) => b - a));
        }
      }
    }
  });

  it.each(rerankings)('is the list by score where one group is all there is, %s', (reranking) => {
    const [only] = draw(1, 20) as [Candidates];
    const { places } = rerank({ groups: [{ ...only, share: 1 }], size: 20, reranking });
    const scores = places.map(({ candidate }) => only.score[candidate]);
    expect(scores).toEqual([...only.score].toSorted((a, b) => b - a));
  });

  it.each(rerankings)(
    'goes on with the others when a group runs out, and says so, %s',
    (reranking) => {
      const groups: Candidates[] = [
        { group: ['few'], share: 0.5, score: Float64Array.of(0.9, 0.1) },
        {
          group: ['many'],
          share: 0.5,
          score: Float64Array.from({ length: 8 }, (_, at) => at / 10),
        },
        { group: ['none'], share: 0, score: Float64Array.of(1) },
      ];
      const { places, shortfalls } = rerank({ groups, size: 8, reranking });
      expect(places.filter(({ group }) => group === 0)).toHaveLength(2);
      expect(places).toHaveLength(8);
      expect(shortfalls[0]).toBe(2);
      const all = rerank({ groups, size: 11, reranking }).places;
      expect(all).toHaveLength(11);
      expect(all.some(({ group }) => group === 2)).toBe(true);
    },
  );

  it('takes no shares that are none, and no list that is too long', () => {
    const groups = draw(2, 5);
    const bad = groups.map((each) => ({ ...each, share: 0.6 }));
    expect(() => rerank({ groups: bad, size: 3, reranking: 'greedy' })).toThrow(/sum to 1\.2/);
    expect(() => rerank({ groups, size: 11, reranking: 'greedy' })).toThrow(/10 candidates/);
    const minus = [{ ...(groups[0] as Candidates), share: -0.5 }];
    expect(() => rerank({ groups: minus, size: 1, reranking: 'greedy' })).toThrow(/from 0 to 1/);
  });
});
