import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parsePolicy } from '@sluice/contracts';
import {
  scoreCurves,
  type Cell,
  type BinaryProfile as Profile,
  type RankingProfile,
} from '@sluice/evaluation';
import { profileDataset, type ProfiledDataset, type ProfileProgress } from './index.js';

/*
 * The example, against figures of scikit-learn, fairlearn and a DeLong of its own in Python:
 * test/fixtures/oracles/make_oracles.py.
 */

interface Confusion {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}
interface Expected {
  n: number;
  positives: number;
  confusion: Confusion;
  roc_auc: number;
  roc_auc_delong_variance: number;
  against_champion?: {
    champion_roc_auc: number;
    delong_champion_variance: number;
    delong_covariance: number;
    correct_both_this_champion_neither: [number, number, number, number];
  };
  fairness: Record<string, { groups: Record<string, { n: number; confusion: Confusion }> }>;
}

const root = new URL('../../../', import.meta.url);
const pathOf = (path: string): string => fileURLToPath(new URL(path, root));
const example = (path: string): string => pathOf(`examples/credit-risk/${path}`);
const oracle = JSON.parse(
  readFileSync(pathOf('test/fixtures/oracles/credit-risk.json'), 'utf8'),
) as {
  models: Record<string, { file: string; expected: Expected }>;
};
const policy = parsePolicy(readFileSync(example('sluice.yaml'), 'utf8'));

const confusionOf = (cells: readonly Cell[]): Confusion => {
  const count = (label: boolean, prediction: boolean): number =>
    cells
      .filter((cell) => cell.label === label && cell.prediction === prediction)
      .reduce((sum, cell) => sum + cell.count, 0);
  return {
    tp: count(true, true),
    fp: count(false, true),
    tn: count(false, false),
    fn: count(true, false),
  };
};

type Moments =
  { readonly positive: number | null; readonly negative: number | null } | null | undefined;
const aucVariance = (ranking: RankingProfile, moments: Moments): number =>
  (moments?.positive as number) / ranking.positives +
  (moments?.negative as number) / ranking.negatives;

const agreementOf = (cells: readonly Cell[]): number[] => {
  const count = (ours: boolean, theirs: boolean): number =>
    cells
      .filter(
        (cell) =>
          (cell.prediction === cell.label) === ours && (cell.champion === cell.label) === theirs,
      )
      .reduce((sum, cell) => sum + cell.count, 0);
  return [count(true, true), count(true, false), count(false, true), count(false, false)];
};

describe.each(Object.keys(oracle.models))('the model %s on the hold-out', (name) => {
  const { file, expected } = oracle.models[name] as { file: string; expected: Expected };
  const isChampion = expected.against_champion === undefined;
  const progress: ProfileProgress[] = [];
  let result: ProfiledDataset;
  let profile: Profile;

  beforeAll(async () => {
    result = await profileDataset({
      policy,
      dataset: { path: example(policy.data.evaluation) },
      model: { path: example(file) },
      champion: isChampion ? null : { path: example('model.onnx') },
      onProgress: (step) => progress.push(step),
    });
    profile = result.profile;
  });

  it('counts what scikit-learn counts, overall', () => {
    expect(profile.rows).toBe(expected.n);
    expect(confusionOf(profile.overall.cells)).toEqual(expected.confusion);
  });

  it('counts what fairlearn counts, by group', () => {
    const found = profile.byColumn.map(({ column, groups }) => [
      column,
      Object.fromEntries(groups.map(({ group, cells }) => [group, confusionOf(cells)])),
    ]);
    const oracles = Object.entries(expected.fairness).map(([column, { groups }]) => [
      column,
      Object.fromEntries(
        Object.entries(groups).map(([group, { confusion }]) => [group, confusion]),
      ),
    ]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(oracles));
  });

  it('ranks as scikit-learn and DeLong do, to 1e-12', () => {
    const ranking = profile.overall.ranking as RankingProfile;
    expect(ranking.positives).toBe(expected.positives);
    expect(ranking.version.auc).toBeCloseTo(expected.roc_auc, 12);
    expect(aucVariance(ranking, ranking.version.variance)).toBeCloseTo(
      expected.roc_auc_delong_variance,
      12,
    );
  });

  it('ranks the groups, whose classes add up to the whole', () => {
    for (const { groups } of profile.byColumn) {
      const rankings = groups.map(({ ranking }) => ranking as RankingProfile);
      expect(rankings.reduce((sum, { positives }) => sum + positives, 0)).toBe(expected.positives);
      for (const { version } of rankings) expect(version.auc).toBeGreaterThan(0.5);
    }
  });

  it('has score histograms of all rows, whose AUC is the exact one within the stated bound', () => {
    const curves = scoreCurves(profile.overall);
    for (const [curve, exact] of [
      [curves?.version, profile.overall.ranking?.version.auc],
      [curves?.champion, profile.overall.ranking?.champion?.auc],
    ] as const) {
      if (curve == null) continue;
      expect(curve.distribution.bins.reduce((n, bin) => n + bin.positives, 0)).toBe(
        expected.positives,
      );
      const { auc = 0, aucWithin = 0 } = curve.roc ?? {};
      expect(Math.abs(auc - (exact as number))).toBeLessThanOrEqual(aucWithin + 1e-12);
      expect(aucWithin).toBeLessThan(0.01);
    }
    expect(curves?.champion === null).toBe(isChampion);
  });

  if (isChampion) {
    it('has nothing to compare with', () => {
      expect(profile.overall.cells.every(({ champion }) => champion === null)).toBe(true);
      expect(profile.overall.ranking).toMatchObject({ champion: null, covariance: null });
    });
  } else {
    it('pairs version and champion row by row', () => {
      const against = expected.against_champion as NonNullable<Expected['against_champion']>;
      const ranking = profile.overall.ranking as RankingProfile;
      expect(agreementOf(profile.overall.cells)).toEqual(
        against.correct_both_this_champion_neither,
      );
      expect(ranking.champion?.auc).toBeCloseTo(against.champion_roc_auc, 12);
      expect(aucVariance(ranking, ranking.champion?.variance)).toBeCloseTo(
        against.delong_champion_variance,
        12,
      );
      expect(aucVariance(ranking, ranking.covariance)).toBeCloseTo(against.delong_covariance, 12);
    });
  }

  it('says what it found and how far it got', () => {
    expect(result.inspection?.classLabels).toEqual(['bad', 'good']);
    expect(result.warnings).toEqual([]);
    expect(progress).toContainEqual({ step: 'score', done: 400, total: 400 });
    const last = progress.at(-1);
    expect(last).toEqual({ step: 'rank', done: last?.total, total: last?.total });
  });
});
