import { describe, expect, it } from '@jest/globals';
import type { Measure } from '@sluice/contracts';
import { multiclassSlice, type ClassRow } from '../../test/task-slices.js';
import { mergeMulticlassSlices } from './merge-multiclass.js';
import { multiclassMeasure } from './multiclass-measure.js';
import type { MulticlassSlice } from './multiclass-slice.js';

const scored = (count: number, classes: number): ClassRow[] =>
  Array.from({ length: count }, (_, row) => {
    const label = row % classes;
    const raw = Array.from(
      { length: classes },
      (__, at) => (at === label ? 3 : 1) + ((row * (at + 3)) % 7),
    );
    const sum = raw.reduce((total, each) => total + each, 0);
    const scores = raw.map((each) => each / sum);
    return { label, version: scores, champion: scores };
  });
const three = multiclassSlice(scored(120, 3), ['a', 'b', 'c']);
const two = multiclassSlice(scored(80, 2), ['a', 'b']);
const measured = (
  slice: MulticlassSlice,
  metric: Measure['metric'],
  named?: string,
): Pick<Measure, 'state' | 'reason'> =>
  multiclassMeasure(
    { metric, of: 'version', by: null, group: null, ...(named && { class: named }) },
    slice,
  );

describe('parts of several classes', () => {
  it('add up to what all rows have, class by class and as one list', () => {
    const merged = mergeMulticlassSlices([three, three]);
    expect(merged.classLosses).toHaveLength(3);
    expect(merged.classLosses?.[0]?.version.brier.sum).toBeCloseTo(
      2 * (three.classLosses?.[0]?.version.brier.sum ?? NaN),
      9,
    );
    const rows = merged.confidence?.version;
    const total = [...(rows?.positives ?? []), ...(rows?.negatives ?? [])];
    expect(total.reduce((sum, each) => sum + each, 0)).toBe(240);
    const listed = merged.pooled?.scores?.version.positives ?? [];
    expect(listed.reduce((sum, each) => sum + each, 0)).toBe(240);
    expect(measured(merged, 'micro_roc_auc').state).toBe('ok');
    expect(measured(merged, 'micro_pr_auc').state).toBe('ok');
  });

  it('of other classes tell nothing of a list of all, nor of a class that one lacks', () => {
    const merged = mergeMulticlassSlices([three, two]);
    expect(merged.pooled).toBeNull();
    expect(measured(merged, 'micro_roc_auc')).toMatchObject({
      state: 'undefined',
      reason: expect.stringContaining('its parts have other classes'),
    });
    expect(measured(merged, 'pr_auc', 'a').state).toBe('ok');
    for (const metric of ['pr_auc', 'log_loss', 'expected_calibration_error'] as const)
      expect(measured(merged, metric, 'c')).toMatchObject({
        state: 'undefined',
        reason: 'a part of the merged profile has no scores for the class "c"',
      });
    expect(measured(merged, 'macro_log_loss').reason).toContain('of the class "c"');
    expect(measured(merged, 'micro_expected_calibration_error').reason).toContain('some class');
    // What needs no scores is of all rows.
    expect(measured(merged, 'macro_true_negative_rate').state).toBe('ok');
  });

  it('that are older than a sum leave it out, and say so', () => {
    const { classLosses: _, confidence: __, pooled: ___, ...old } = three;
    const merged = mergeMulticlassSlices([old, three]);
    for (const key of ['classLosses', 'confidence', 'pooled'])
      expect(merged).not.toHaveProperty(key);
    for (const [metric, named] of [
      ['brier_score', 'a'],
      ['macro_log_loss', undefined],
      ['expected_calibration_error', undefined],
    ] as const)
      expect(measured(merged, metric, named)).toMatchObject({
        state: 'undefined',
        reason: expect.stringContaining('the profile is an old one'),
      });
    expect(measured(merged, 'roc_auc', 'a').state).toBe('ok');
  });
});
