import { describe, expect, it } from '@jest/globals';
import type { GainCurve } from '@sluice/contracts';
import { wilson } from '@sluice/statistics';
import { profileOf, type Row } from '../../test/profiles.js';
import { gainShares, type RankingProfile, type ScoreProfile } from '../profile.js';
import { calibrationCurve } from './calibration-curve.js';
import { gainCurve } from './gain-curve.js';
import { precisionRecallCurve } from './precision-recall-curve.js';
import { rocCurve } from './roc-curve.js';
import { scoreCurves } from './score-curves.js';
import { countsOfHistograms, histogramOfCounts, scoreBin } from './score-histogram.js';

/** Numbers in [0, 1) that are the same in every run (Park and Miller). */
const numbers = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

/** Rows whose label is favorable with the score's probability, scores rounded so that many are tied. */
const rowsOf = (seed: number, count: number, decimals: number): Row[] => {
  const next = numbers(seed);
  return Array.from({ length: count }, () => {
    const score = Number((next() ** 1.5).toFixed(decimals));
    const championScore = Number(next().toFixed(decimals));
    const label = next() < score;
    return {
      label,
      prediction: score >= 0.5,
      score,
      champion: championScore >= 0.5,
      championScore,
      groups: {},
    };
  });
};
const profile = (seed: number, count: number, decimals: number) => {
  const made = profileOf(rowsOf(seed, count, decimals), []);
  return {
    cells: made.overall.cells,
    scores: made.overall.scores as ScoreProfile,
    ranking: made.overall.ranking as RankingProfile,
  };
};

describe('scoreBin', () => {
  it.each([
    [0, 0],
    [0.0009, 0],
    [0.001, 1],
    [0.5, 500],
    [0.9999, 999],
    [1, 999],
    [1 + 1e-7, 999],
    [-1e-7, 0],
  ])('puts %d into bin %i', (score, bin) => {
    expect(scoreBin(score)).toBe(bin);
  });
});

describe('histogramOfCounts', () => {
  it('keeps only bins with rows, and is undone by countsOfHistograms', () => {
    const { scores } = profile(5, 300, 4);
    // Sums by label aren't by bin.
    const { byLabel: _, ...version } = scores.version;
    expect(histogramOfCounts(countsOfHistograms([version]))).toEqual(version);
    expect(version.bins.length).toBeLessThanOrEqual(300);
    expect([...version.bins].sort((a, b) => a - b)).toEqual(version.bins);
  });
});

describe('rocCurve', () => {
  it.each([
    [1, 50, 1],
    [2, 400, 2],
    [3, 400, 4],
    [4, 3000, 9],
    [7, 3000, 2],
  ])('has the exact AUC within its bound (seed %i, %i rows, %i decimals)', (seed, n, decimals) => {
    const { scores, ranking } = profile(seed, n, decimals);
    for (const [histogram, exact] of [
      [scores.version, ranking.version.auc],
      [scores.champion, ranking.champion?.auc],
    ] as const) {
      const curve = rocCurve(histogram as ScoreProfile['version']);
      const { auc = 0, aucWithin = 0 } = curve ?? {};
      expect(Math.abs(auc - (exact as number))).toBeLessThanOrEqual(aucWithin + 1e-12);
      expect(aucWithin).toBeLessThan(decimals === 1 ? 0.1 : 0.02);
    }
  });

  it('is exact where a bin holds one value', () => {
    const { scores, ranking } = profile(11, 800, 2);
    expect(rocCurve(scores.version)?.auc).toBeCloseTo(ranking.version.auc as number, 12);
  });

  it('rises from (0, 0) to (1, 1) in at most 200 points, whose area is that of the whole curve', () => {
    const { scores } = profile(4, 20_000, 9);
    const curve = rocCurve(scores.version);
    const points = curve?.points ?? [];
    expect(points.length).toBeLessThanOrEqual(200);
    expect(points.at(0)).toEqual({ falsePositiveRate: 0, truePositiveRate: 0 });
    expect(points.at(-1)).toEqual({ falsePositiveRate: 1, truePositiveRate: 1 });
    let area = 0;
    points.slice(1).forEach((point, index) => {
      const before = points[index] as typeof point;
      expect(point.falsePositiveRate).toBeGreaterThanOrEqual(before.falsePositiveRate);
      expect(point.truePositiveRate).toBeGreaterThanOrEqual(before.truePositiveRate);
      area +=
        ((point.falsePositiveRate - before.falsePositiveRate) *
          (point.truePositiveRate + before.truePositiveRate)) /
        2;
    });
    expect(area).toBeCloseTo(curve?.auc as number, 2);
  });

  it('is null without rows of a class', () => {
    expect(rocCurve({ bins: [3], positives: [4], negatives: [0], sums: [] })).toBeNull();
    expect(rocCurve({ bins: [], positives: [], negatives: [], sums: [] })).toBeNull();
  });
});

describe('calibrationCurve', () => {
  it('has the rows, the share and the mean score of each tenth, the mean within half a bin', () => {
    const rows = rowsOf(8, 2000, 6);
    const scores = profileOf(rows, []).overall.scores as ScoreProfile;
    const { bins, meanWithin } = calibrationCurve(scores.version);
    expect(meanWithin).toBe(0.0005);
    expect(bins).toHaveLength(10);
    for (const { from, to, ...bin } of bins) {
      const own = rows.filter(({ score = 0 }) => score >= from && (score < to || to === 1));
      const successes = own.filter(({ label }) => label).length;
      const mean = own.reduce((sum, { score = 0 }) => sum + score, 0) / own.length;
      expect(bin.rows).toBe(own.length);
      expect(bin.observed).toBe(successes / own.length);
      expect(bin.interval).toEqual(wilson({ successes, trials: own.length }).interval);
      expect(Math.abs(bin.meanScore - mean)).toBeLessThanOrEqual(meanWithin + 1e-12);
    }
  });
});

describe('scoreCurves', () => {
  it('counts every row once in the distribution', () => {
    const curves = scoreCurves(profile(9, 777, 3));
    for (const curve of [curves?.version, curves?.champion]) {
      expect(curve?.distribution.bins).toHaveLength(20);
      const rows = curve?.distribution.bins.reduce(
        (n, bin) => n + bin.positives + bin.negatives,
        0,
      );
      expect(rows).toBe(777);
    }
  });

  it('is null for predictions only', () => {
    expect(scoreCurves({ cells: [], scores: null })).toBeNull();
  });
});

describe('precisionRecallCurve', () => {
  it('has the average precision of the rows where a bin holds one value, and ends at the base rate', () => {
    const { scores, ranking } = profile(13, 800, 2);
    const curve = precisionRecallCurve(scores.version);
    expect(curve?.averagePrecision).toBeCloseTo(ranking.version.averagePrecision as number, 12);
    expect(curve?.points.at(-1)).toEqual({ recall: 1, precision: curve?.baseRate });
    expect(curve?.points.length).toBeLessThanOrEqual(300);
    expect(
      precisionRecallCurve({ bins: [3], positives: [4], negatives: [0], sums: [] }),
    ).toBeNull();
  });
});

describe('gainCurve', () => {
  it('passes through the gains of the rows, and is null without favorable rows', () => {
    const { scores, ranking } = profile(14, 2000, 2);
    const { points } = gainCurve(scores.version) as GainCurve;
    expect(points.at(0)).toEqual({ share: 0, gain: 0 });
    expect(points.at(-1)).toEqual({ share: 1, gain: 1 });
    gainShares.forEach((share, index) => {
      const after = points.findIndex((point) => point.share >= share);
      const [from, to] = [points[after - 1], points[after]] as [Point, Point];
      const way = (share - from.share) / (to.share - from.share);
      const gain = from.gain + way * (to.gain - from.gain);
      // Points that lie near to each other are left out.
      expect(Math.abs(gain - (ranking.version.gains?.[index] as number))).toBeLessThan(0.01);
    });
    expect(gainCurve({ bins: [3], positives: [0], negatives: [4], sums: [] })).toBeNull();
  });
});
type Point = GainCurve['points'][number];

describe('scoreCurves of weighted rows', () => {
  it('have intervals of the rows that are effective, whatever the unit of weights', () => {
    const rows = rowsOf(15, 500, 2);
    const curvesAt = (unit: number) => {
      const weighted = rows.map((row, index) => ({ ...row, weight: unit * (1 + (index % 4)) }));
      return scoreCurves(profileOf(weighted, []).overall);
    };
    const [one, other, plain] = [
      curvesAt(1),
      curvesAt(8),
      scoreCurves(profileOf(rows, []).overall),
    ];
    expect(other).toEqual(one);
    const width = (curves: typeof one): number =>
      (curves?.version.calibration.bins ?? []).reduce(
        (sum, { interval }) => sum + interval.upper - interval.lower,
        0,
      );
    expect(width(one)).toBeGreaterThan(width(plain));
  });
});
