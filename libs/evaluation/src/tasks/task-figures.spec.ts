import { describe, expect, it } from '@jest/globals';
import {
  multiclassSlice,
  regressionSlice,
  type ClassRow,
  type NumberRow,
} from '../../test/task-slices.js';
import type { RegressionProfile } from './regression-slice.js';
import { residualsOf } from './residual-histogram.js';
import { taskFigures } from './task-figures.js';

const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
const rows = Array.from({ length: 1000 }, (_, at): NumberRow => ({
  label: 0,
  version: (at - 400) / 100,
  champion: (at - 500) / 25,
}));

describe('the histogram of errors', () => {
  const found = residualsOf(regressionSlice(rows));

  it('holds all rows of both models', () => {
    for (const model of [found.version, found.champion ?? found.version])
      expect(total(model.shares) + model.below + model.above).toBeCloseTo(1, 12);
    expect(found.champion?.shares).toHaveLength(found.version.shares.length);
    expect(found.champion?.below).toBeLessThanOrEqual(0.006);
  });

  it('has bins that start at multiples of their width, no more than a picture bears', () => {
    expect(found.width).toBe(1);
    expect(found.from / found.width).toBe(Math.round(found.from / found.width));
    expect(found.version.shares.length).toBeLessThanOrEqual(42);
  });

  it('counts rows where their errors are', () => {
    const from = -found.from / found.width;
    // Errors of the version from 0 to 1 are a hundred, of which the sketch may move those at an edge.
    expect(found.version.shares[from]).toBeCloseTo(0.1, 2);
  });

  it('is one bin when every prediction is right', () => {
    const exact = residualsOf(
      regressionSlice([1, 2, 3].map((label) => ({ label, version: label }))),
    );
    expect(exact).toEqual({
      from: 0,
      width: 1,
      version: { shares: [1], below: 0, above: 0 },
      champion: null,
    });
  });
});

describe('the curves of classes', () => {
  const names = Array.from({ length: 8 }, (_, at) => `c${at}`);
  /** The higher a class stands, the better its scores tell it from others; the last one has no row. */
  const classRows = Array.from({ length: 420 }, (_, row): ClassRow => {
    const label = row % 7;
    const raw = names.map(
      (__, at) => 1 + ((row * (at + 3)) % 11) / 11 + (at === label ? at / 3 : 0),
    );
    const sum = total(raw);
    const scores = raw.map((each) => each / sum);
    return { label, version: scores, champion: scores };
  });
  const figuresOf = (slice: ReturnType<typeof multiclassSlice>) =>
    taskFigures({
      task: 'multiclass-classification',
      rows: 420,
      overall: slice,
      byColumn: [],
      classes: names,
    });
  const slice = multiclassSlice(classRows, names);
  const found = figuresOf(slice);

  it('are of the six that rank worst, the worst first', () => {
    const { classes = [], left } = found?.classCurves ?? {};
    const areas = classes.map(({ curves }) => curves.version.roc?.auc as number);
    expect(areas).toEqual(areas.toSorted((a, b) => a - b));
    expect(classes.map(({ name }) => name)).not.toContain('c7');
    expect(left).toBe(2);
    for (const { rows: own, curves } of classes) {
      expect(own).toBe(60);
      expect(curves.version.calibration.bins.length).toBeGreaterThan(0);
      expect(curves.version.precisionRecall?.baseRate).toBeCloseTo(1 / 7, 12);
    }
  });

  it('come with how sure models are of what they predict', () => {
    const bins = found?.confidence?.version.bins ?? [];
    const right = total(bins.map(({ rows: own, observed }) => own * observed));
    const hits = slice.cells.filter(({ label, prediction }) => label === prediction);
    expect(right).toBeCloseTo(total(hits.map(({ count }) => count)), 9);
    expect(found?.confidence?.champion?.bins).toEqual(bins);
  });

  it('are none without scores', () => {
    const { confidence: _, pooled: __, classLosses: ___, ...old } = slice;
    expect(Object.keys(figuresOf({ ...old, scores: null, rankings: null }) ?? {})).toEqual([
      'confusion',
    ]);
  });
});

describe('the figures of a regression', () => {
  it('put neighbouring bins together, and keep their means', () => {
    const profile: RegressionProfile = {
      task: 'regression',
      rows: 1000,
      overall: regressionSlice(rows),
      byColumn: [],
      predicted: {
        exponent: 0,
        center: 10,
        bins: Array.from({ length: 500 }, (_, at) => at),
        masses: Array.from({ length: 500 }, () => 2),
        predictions: Array.from({ length: 500 }, (_, at) => 2 * at),
        labels: Array.from({ length: 500 }, (_, at) => 4 * at),
      },
    };
    const fit = taskFigures(profile)?.fit ?? [];
    expect(fit.length).toBeLessThanOrEqual(48);
    expect(total(fit.map(({ share }) => share))).toBeCloseTo(1, 12);
    for (const { prediction, label } of fit)
      expect(label - 10).toBeCloseTo(2 * (prediction - 10), 9);
  });
});
