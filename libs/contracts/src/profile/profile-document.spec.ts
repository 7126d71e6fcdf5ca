import { describe, expect, it } from '@jest/globals';
import { digestOfBytes } from '../digest.js';
import { SluiceError } from '../errors.js';
import { parseProfileDocument, type ProfileDocument } from './profile-document.js';

const slice = (count: number) => ({
  cells: [{ label: true, prediction: false, champion: null, count }],
  ranking: null,
  scores: {
    version: {
      bins: [3, 7],
      positives: [1, count - 1],
      negatives: [0, 0],
      sums: Array(20).fill(0),
    },
    champion: null,
    runs: {
      version: {
        low: [0.003, 0.0071],
        high: [0.003, 0.0075],
        positives: [1, count - 1],
        negatives: [0, 0],
      },
      champion: null,
      pairs: null,
    },
  },
  losses: null,
});

const document = {
  schema: 'sluice/profile/v1',
  subject: {
    model: 'loans',
    version: null,
    champion: null,
    datasets: { evaluation: digestOfBytes('a part') },
    policy: digestOfBytes('a policy'),
  },
  unfavorable: null,
  profile: {
    task: 'binary-classification',
    rows: 9,
    overall: slice(9),
    byColumn: [
      { column: 'sex', privileged: null, within: null, groups: [{ group: 'f', ...slice(9) }] },
    ],
  },
};

const faultOf = (text: string) => {
  try {
    parseProfileDocument(text, 'part.json');
  } catch (error) {
    if (error instanceof SluiceError) return error.faults[0];
    throw error;
  }
  throw new Error('The document was read.');
};

/** The document with one value replaced, in its JSON. */
const changed = (path: string, value: string): string => {
  const copy = structuredClone(document);
  const keys = path.split('.');
  const parent = keys
    .slice(0, -1)
    .reduce((at, key) => at[key] as never, copy as Record<string, unknown>);
  parent[keys.at(-1) as string] = '@';
  return JSON.stringify(copy).replace('"@"', value);
};

describe('parseProfileDocument', () => {
  it('reads what was written', () => {
    const read: ProfileDocument = parseProfileDocument(JSON.stringify(document), 'part.json');
    expect(read).toEqual(document);
  });

  it.each([
    ['no JSON', '{', 'this is no JSON'],
    ['no object', '7', 'this is no profile'],
    ['another document', '{"schema":7}', 'this is no profile'],
    ['a later version', changed('schema', '"sluice/profile/v2"'), 'no profile of the version'],
  ])('refuses %s', (_what, text, message) => {
    const fault = faultOf(text);
    expect(fault?.message).toContain(message);
    expect(fault?.file).toBe('part.json');
  });

  const histogram = 'profile.overall.scores.version';
  it.each([
    ['a count that is not whole', 'profile.overall.cells.0.count', '1.5'],
    ['no rows', 'profile.rows', '0'],
    ['a number beyond all numbers', 'profile.overall.scores.version.sums.3', '1e999'],
    ['a mass below 0', `${histogram}.positives.0`, '-1'],
    ['lists of several lengths', `${histogram}.negatives`, '[0]', histogram],
    ['bins out of order', `${histogram}.bins`, '[7, 3]'],
    ['a bin that no score has', `${histogram}.bins.1`, '1000'],
    ['a score that is none', 'profile.overall.scores.runs.version.high.1', '1.5'],
    [
      'a run that goes down',
      'profile.overall.scores.runs.version.high.1',
      '0.001',
      'profile.overall.scores.runs.version',
    ],
    [
      'a key that it has not',
      'profile.overall.cells.0.count',
      '9,"rows":[1]',
      'profile.overall.cells.0',
    ],
    ['figures of another task', 'profile.task', '"regression"', 'profile.overall'],
    ['a digest that is none', 'subject.policy', '"sha256:0"'],
  ])('refuses %s, and says where', (_what, path, value, at = path) => {
    const fault = faultOf(changed(path, value));
    expect(fault).toMatchObject({
      file: 'part.json',
      message: expect.stringContaining('not valid'),
    });
    expect(fault?.path?.startsWith(at)).toBe(true);
  });
});
