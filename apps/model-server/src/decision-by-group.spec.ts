import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decisionGraph } from '@sluice/artifacts';
import {
  classifierModel,
  classify,
  ServerProcess,
  writeArtifact,
  type ArtifactOnDisk,
} from './model-server.fixture.js';

/* A model that decides by group, served as it is deployed. */
let artifact: ArtifactOnDisk;
let server: ServerProcess;
beforeAll(async () => {
  const bytes = await decisionGraph(
    classifierModel(),
    {
      columns: [{ name: 'team', type: 'text' }],
      groups: [
        { group: ['red'], cuts: [0.9], chances: [0, 1] },
        { group: ['blue'], cuts: [0.2], chances: [0, 1] },
      ],
      of: 'score',
      randomized: false,
      unseen: 'refuse',
      scores: { name: 'probabilities', column: 1 },
      label: 'label',
      values: { favorable: 'good', other: 'bad' },
      note: '{}',
    },
    'model.onnx',
  );
  artifact = await writeArtifact({ 'model.onnx': bytes });
  server = await ServerProcess.start(artifact);
});
afterAll(async () => {
  await server.stop();
  await artifact.remove();
});

const request = (...teams: string[]) => {
  // softmax(−0.5, 0.5) = 0.73 for "good", for everyone.
  const { inputs } = classify(...teams.map(() => [0.5, 0] as const));
  const team = { name: 'team', datatype: 'BYTES', shape: [teams.length, 1], data: teams };
  return { inputs: [...inputs, team] };
};

describe('a model that decides by group', () => {
  it('takes the group as one more input, and gives each group its own decision on the same score', async () => {
    const answer = await server.infer(request('red', 'blue'));
    expect(answer.status).toBe(200);
    const { outputs } = (await answer.json()) as { outputs: { name: string; data: unknown[] }[] };
    const data = Object.fromEntries(outputs.map(({ name, data: values }) => [name, values]));
    expect(data['label']).toEqual(['bad', 'good']);
    expect(data['probabilities']?.[1]).toBeCloseTo(0.731, 3);
    expect(data['probabilities']?.[3]).toBe(data['probabilities']?.[1]);
  });

  it('answers no request with a group that it has no rule for, and goes on', async () => {
    expect((await server.infer(request('red', 'green'))).status).toBe(500);
    expect((await server.infer(request('blue'))).status).toBe(200);
  });

  it('answers no request without the group', async () => {
    expect((await server.infer(classify([0.5, 0]))).status).toBe(400);
  });
});
