import { describe, expect, it } from '@jest/globals';
import { drawMultinomial, seededRandom } from '@sluice/statistics';
import type { Cell } from '../profile.js';
import { confusionMetrics, type ConfusionMetricName } from './confusion-metrics.js';
import { qualityMeasure } from './quality-measure.js';

/** Favorable rows, then unfavorable ones: by both, the version, the champion, or nobody predicted favorable. */
const cellsOf = (counts: readonly number[]): Cell[] =>
  counts.map((count, i) => ({
    label: i < 4,
    prediction: i % 4 < 2,
    champion: i % 2 === 0,
    count,
  }));

const worlds = [
  { world: 'an ordinary model', chances: [0.4, 0.08, 0.05, 0.07, 0.08, 0.05, 0.07, 0.2] },
  { world: 'rare favorable rows', chances: [0.11, 0.04, 0.02, 0.03, 0.05, 0.05, 0.05, 0.65] },
];
const metrics = Object.keys(confusionMetrics) as ConfusionMetricName[];
const rows = 150;
const trials = 50;

describe('intervals of metrics of the whole confusion', () => {
  // With 250 trials of 100 and 400 rows, F1 and MCC covered the truth in 94 to 98 % of cases.
  it.each(worlds)('cover the truth for $world', ({ chances }) => {
    const at = (...places: number[]): number =>
      places.reduce((sum, place) => sum + (chances[place] as number), 0);
    const version = { tp: at(0, 1), fn: at(2, 3), fp: at(4, 5), tn: at(6, 7) };
    const champion = { tp: at(0, 2), fn: at(1, 3), fp: at(4, 6), tn: at(5, 7) };
    const random = seededRandom([1905]);
    const tables = Array.from({ length: trials }, () =>
      cellsOf(drawMultinomial(rows, chances, random)),
    );
    for (const metric of metrics)
      for (const whose of ['version', 'difference'] as const) {
        const { value } = confusionMetrics[metric];
        const truth = whose === 'version' ? value(version) : value(version) - value(champion);
        const covered = tables.filter((cells) => {
          const request = { metric, of: whose, by: null, group: null };
          const { interval } = qualityMeasure(request, {
            cells,
            ranking: null,
            scores: null,
            losses: null,
          });
          return interval !== null && interval.lower <= truth && truth <= interval.upper;
        });
        // Three standard errors of 50 trials below 95 %.
        expect({ metric, whose, enough: covered.length / trials > 0.857 }).toEqual({
          metric,
          whose,
          enough: true,
        });
      }
  });

  it('have a width without a single error, and without a single disagreement', () => {
    const perfect = cellsOf([60, 0, 0, 0, 0, 0, 0, 60]);
    for (const metric of ['matthews_correlation_coefficient', 'cohen_kappa', 'f1_score'] as const) {
      const of = (whose: 'version' | 'difference') =>
        qualityMeasure(
          { metric, of: whose, by: null, group: null },
          { cells: perfect, ranking: null, scores: null, losses: null },
        );
      expect(of('version')).toMatchObject({ value: 1, interval: { upper: 1 } });
      expect(of('version').interval?.lower).toBeLessThan(0.99);
      expect(of('difference').value).toBe(0);
      expect(of('difference').interval?.lower).toBeLessThan(0);
      expect(of('difference').interval?.upper).toBeGreaterThan(0);
    }
  });
});
