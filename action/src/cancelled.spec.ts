import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stage } from './action-run.fixture.js';

describe('a workflow run that is cancelled', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = new Stage();
    await stage.set();
  });
  afterEach(() => stage.strike());

  it('cancels the evaluation that it waited for, in the step afterwards', async () => {
    stage.registry.readings = Infinity;
    const number = await stage.propose();
    // Cut short by its own time here; GitHub kills it. What it saved is the same.
    const run = await stage.gate(number, { inputs: { 'timeout-minutes': '0.05' } });
    expect(stage.registry.evaluations[0]?.state).toBe('running');
    const afterwards = await stage.gate(number, { state: run.state });
    expect(afterwards.exitCode).toBe(0);
    expect(stage.registry.evaluations).toHaveLength(1);
    expect(stage.registry.evaluations[0]).toMatchObject({
      state: 'cancelled',
      cancellation: { reason: 'The workflow run was cancelled.' },
    });
    expect(afterwards.summary).toBe('');
  });

  it('leaves a verdict that is there, and says nothing', async () => {
    const number = await stage.propose();
    const run = await stage.gate(number);
    const afterwards = await stage.gate(number, { state: run.state });
    expect(afterwards).toMatchObject({
      exitCode: 0,
      log: expect.not.stringContaining('::warning'),
    });
    expect(stage.registry.evaluations[0]?.state).toBe('succeeded');
  });

  it('has nothing to cancel before an evaluation was asked for', async () => {
    const number = await stage.propose({ 'sluice.yaml': 'version: 1', 'model.onnx': null });
    const run = await stage.gate(number);
    const afterwards = await stage.gate(number, { state: run.state });
    expect(afterwards).toMatchObject({ exitCode: 0, summary: '' });
    expect(stage.registry.evaluations).toEqual([]);
  });

  it('has a gate that says so when somebody else cancels, and that is no pass', async () => {
    stage.registry.readings = Infinity;
    const number = await stage.propose();
    stage.registry.onEvaluation = () => {
      const [evaluation] = stage.registry.evaluations;
      const cancellation = { by: 'maria', reason: 'the wrong data', at: evaluation?.createdAt };
      Object.assign(evaluation ?? {}, { state: 'cancelled', cancellation });
    };
    const run = await stage.gate(number);
    expect(run.exitCode).toBe(1);
    expect(run.outputs['outcome']).toBe('error');
    expect(run.log).toContain('maria cancelled the evaluation: the wrong data');
  });
});
