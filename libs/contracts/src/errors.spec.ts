import { describe, expect, it } from '@jest/globals';
import { errorCodes, problemSchema, SluiceError, toProblem } from './errors.js';

describe('toProblem', () => {
  it('describes a coded error with its faults', () => {
    const problem = toProblem(
      new SluiceError('invalid_data', 'No rows.', {
        faults: [{ message: 'empty', file: 'a.csv' }],
      }),
      {
        correlationId: 'c1',
      },
    );
    expect(problemSchema.parse(problem)).toMatchObject({
      type: 'urn:sluice:problem:invalid_data',
      status: 400,
      detail: 'No rows.',
      correlationId: 'c1',
      faults: [{ file: 'a.csv' }],
    });
  });

  it('tells nothing of an error that nobody foresaw', () => {
    const problem = toProblem(new Error('password=hunter2'));
    expect(problem.status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('gives each code one status of the 4xx or 5xx kind', () => {
    for (const { status } of Object.values(errorCodes))
      expect(Math.floor(status / 100)).toBeGreaterThanOrEqual(4);
  });
});
