import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Verdict } from '@sluice/contracts';
import { sluice } from '../run-cli.fixture.js';

const fixtures = fileURLToPath(new URL('../../../../test/fixtures/tasks', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cli-tasks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const policyOf = (name: string): string[] => [
  'evaluate',
  '--policy',
  join(fixtures, name, 'sluice.yaml'),
  '--champion',
  join(fixtures, name, 'champion.onnx'),
];

/** What scikit-learn predicts with the models that skl2onnx exported. */
const predictionsOf = (name: string) => {
  const read = (file: string): string => readFileSync(join(fixtures, name, file), 'utf8');
  const [header = '', ...lines] = read('holdout.csv').trim().split('\n');
  const at = header.split(',').indexOf('label');
  const { model, champion } = JSON.parse(read('predictions.json')) as Record<string, unknown[]>;
  return { labels: lines.map((line) => line.split(',')[at] as string), model, champion };
};

const figureIn = (verdict: Verdict, metric: string, of: string): number =>
  verdict.measures.find(
    (measure) => measure.metric === metric && measure.of === of && measure.by === null,
  )?.value as number;

describe('sluice evaluate', () => {
  it('gates a regression, with the figures of what scikit-learn predicts', async () => {
    const { out, code, err } = await sluice([...policyOf('credit-amount'), '--json']);
    expect(err).toBe('');
    expect(code).toBe(0);
    const verdict = JSON.parse(out) as Verdict;
    const { labels, model, champion } = predictionsOf('credit-amount');
    const meanError = (predictions: unknown[] = []): number =>
      predictions.reduce<number>(
        (sum, each, row) => sum + Math.abs((each as number) - Number(labels[row])),
        0,
      ) / labels.length;
    // The model runs in 32 bits.
    expect(figureIn(verdict, 'mean_absolute_error', 'version')).toBeCloseTo(meanError(model), 3);
    expect(figureIn(verdict, 'mean_absolute_error', 'champion')).toBeCloseTo(
      meanError(champion),
      3,
    );
    expect(verdict.checks).toHaveLength(7);
  }, 60_000);

  it('gates a model of several classes, and writes its report', async () => {
    const report = join(folder, 'wine.html');
    const { out, code } = await sluice([...policyOf('wine'), '--json', '--html', report]);
    expect(code).toBe(1);
    const verdict = JSON.parse(out) as Verdict;
    const { labels, model } = predictionsOf('wine');
    const right = labels.filter((label, row) => label === model?.[row]).length;
    expect(figureIn(verdict, 'accuracy', 'version')).toBeCloseTo(right / labels.length, 12);
    expect(verdict.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual([
      'accuracy/at_least',
      'true_positive_rate/class barbera/at_least',
    ]);
    const page = readFileSync(report, 'utf8');
    expect(page).toContain('Rows by label, down, and prediction, across');
    expect(page).toContain('By class, each against all others');
  }, 60_000);

  it('prints figures of classes and groups for a terminal', async () => {
    const { out } = await sluice(policyOf('wine'));
    expect(out).toContain('precision by class');
    expect(out).toContain('accuracy by magnesium_level');
    expect(out).not.toContain('nothing to measure');
  }, 60_000);
});
