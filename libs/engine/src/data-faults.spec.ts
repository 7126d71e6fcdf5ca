import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type SluiceError, datasetFormats, type DatasetFormat } from '@sluice/contracts';
import {
  faultAt,
  policyWith,
  rejection,
  temporaryFolder,
  writeTable,
} from './fixtures/tables.fixture.js';
import { profileDataset } from './index.js';

const folder = temporaryFolder();
let files = 0;

/** Rows of a sound table, of which a test makes a column or a row unsound. */
const sound = {
  outcome: "IF(i % 2 = 0, 'yes', 'no')",
  team: "IF(i % 3 = 0, 'a', 'b')",
  risk: '(i % 10) / 10',
};

const refusal = async (
  columns: Record<string, string>,
  policyColumns: Record<string, unknown> = {},
  options: { rows?: number; format?: DatasetFormat } = {},
  rest: Record<string, unknown> = {},
): Promise<SluiceError> => {
  const { rows = 60, format = 'parquet' } = options;
  const list = Object.entries({ ...sound, ...columns }).map(([name, sql]) => `${sql} AS "${name}"`);
  const path = join(folder, `${(files += 1)}.${format}`);
  await writeTable(path, `SELECT ${list.join(', ')} FROM range(1, ${rows + 1}) t(i)`, format);
  const error = await rejection(
    profileDataset({ policy: policyWith(policyColumns, rest), dataset: { path } }),
  );
  expect(error.code).toBe('invalid_data');
  expect(error.faults.every(({ file }) => file === 'data/holdout.parquet')).toBe(true);
  return error;
};

describe('a dataset without rows', () => {
  it.each(['parquet', 'csv'] as const)('is refused as %s', async (format) => {
    const error = await refusal({}, {}, { rows: 0, format });
    expect(faultAt(error, 'data.evaluation')).toMatchObject({ message: 'the dataset has no rows' });
    expect(error.message).toBe('The dataset cannot be evaluated: the dataset has no rows.');
  });
});

describe('a missing column', () => {
  it('is named, with its nearest name and all that there are', async () => {
    const error = await refusal({}, { label: 'outcme' });
    expect(faultAt(error, 'columns.label')).toEqual({
      file: 'data/holdout.parquet',
      path: 'columns.label',
      message: 'the dataset has no column "outcme"',
      expected: 'one of the columns outcome, team, risk',
      hint: 'Did you mean "outcome"?',
    });
  });

  it('is not taken for one that differs in case', async () => {
    const error = await refusal({}, { label: 'Outcome' });
    expect(faultAt(error, 'columns.label').hint).toBe('Did you mean "outcome"?');
  });

  it('is reported together with all others, and with what is wrong in those that are there', async () => {
    const error = await refusal(
      { outcome: "'yes'" },
      {
        protected: [{ name: 'tribe' }, { name: 'team', privileged: 'z' }],
        score: 'rsk',
        prediction: 'guess',
      },
    );
    expect(error.faults.map(({ path }) => path)).toEqual([
      'columns.protected[0].name',
      'columns.score',
      'columns.prediction',
      'columns.label',
      'columns.protected[1].privileged',
    ]);
    expect(error.message).toBe('The dataset cannot be evaluated: it has 5 faults.');
  });
});

describe('a label', () => {
  it('of one value is refused', async () => {
    const fault = faultAt(await refusal({ outcome: "'yes'" }), 'columns.label');
    expect(fault).toMatchObject({
      found: '"yes" (60 rows)',
      expected: 'exactly two values, one of them favorable',
    });
  });

  it('of many values is refused, with the five most frequent', async () => {
    const fault = faultAt(await refusal({ outcome: "'v' || least(i, 9)" }), 'columns.label');
    expect(fault.message).toBe('the label "outcome" has 9 values');
    expect(fault.found).toBe(
      '"v9" (52 rows), "v1" (1 rows), "v2" (1 rows), "v3" (1 rows), "v4" (1 rows) and 4 more',
    );
  });

  it.each([
    ['NULL', 'NULL', "'no'"],
    ['NaN', "'nan'::DOUBLE", '0::DOUBLE'],
  ])('that is %s in some rows is refused, with their number', async (_what, gone, other) => {
    const yes = other === "'no'" ? "'yes'" : '1';
    const outcome = `CASE WHEN i <= 7 THEN ${gone} WHEN i % 2 = 0 THEN ${yes} ELSE ${other} END`;
    const error = await refusal({ outcome }, { favorable: yes === '1' ? 1 : 'yes' });
    expect(error.faults).toHaveLength(1);
    expect(faultAt(error, 'columns.label').message).toBe(
      'the label "outcome" is missing in 7 rows',
    );
  });

  it('that is empty in CSV is missing', async () => {
    const outcome = "CASE WHEN i = 7 THEN NULL WHEN i % 2 = 0 THEN 'yes' ELSE 'no' END";
    const error = await refusal({ outcome }, {}, { format: 'csv' });
    expect(faultAt(error, 'columns.label').message).toBe(
      'the label "outcome" is missing in one row',
    );
  });
});

describe('a favorable value', () => {
  it('that does not occur is refused, with those that do', async () => {
    const fault = faultAt(await refusal({}, { favorable: 'Yes' }), 'columns.favorable');
    expect(fault).toMatchObject({
      message: 'the favorable value "Yes" does not occur in "outcome"',
      found: '"no" (30 rows), "yes" (30 rows)',
      hint: 'Did you mean "yes"?',
    });
  });

  it('that equals both labels is refused', async () => {
    const error = await refusal({ outcome: "IF(i % 2 = 0, '1', '1.0')" }, { favorable: 1 });
    expect(faultAt(error, 'columns.favorable').hint).toMatch(/quotes/);
  });
});

describe('a protected column', () => {
  it('with missing values is refused, with their number', async () => {
    const fault = faultAt(
      await refusal({ team: "IF(i <= 5, NULL, IF(i % 2 = 0, 'a', 'b'))" }),
      'columns.protected[0].name',
    );
    expect(fault.message).toBe('the protected column "team" is missing in 5 rows');
  });

  it('of one group is refused', async () => {
    const fault = faultAt(await refusal({ team: "'a'" }), 'columns.protected[0].name');
    expect(fault).toMatchObject({
      found: '"a" (60 rows)',
      expected: 'at least two groups, to compare',
    });
  });

  it('of more than a hundred groups is refused, and of a hundred is not', async () => {
    const team = (groups: number): string => `'g' || i % ${groups}`;
    const fault = faultAt(
      await refusal({ team: team(101) }, {}, { rows: 500 }),
      'columns.protected[0].name',
    );
    expect(fault).toMatchObject({
      message: 'the protected column "team" has 101 groups',
      expected: 'at most 100 groups',
    });
    // Refused for its label only.
    const error = await refusal({ team: team(100), outcome: "'yes'" }, {}, { rows: 500 });
    expect(error.faults.map(({ path }) => path)).toEqual(['columns.label']);
  });

  it('without its privileged group is refused, with the groups that there are', async () => {
    const error = await refusal(
      { team: "IF(i % 3 = 0, 'north', 'south')" },
      { protected: [{ name: 'team', privileged: 'North' }] },
    );
    expect(faultAt(error, 'columns.protected[0].privileged')).toMatchObject({
      message: 'the privileged group "North" does not occur in "team"',
      found: '"south" (40 rows), "north" (20 rows)',
      hint: 'Did you mean "north"?',
    });
  });
});

describe('a score', () => {
  it.each([
    ['missing', 'NULL', 'no value'],
    ['NaN', "'nan'::DOUBLE", 'nan'],
    ['above 1', '1.5', '1.5'],
    ['below 0', '-0.25', '-0.25'],
    ['infinite', "'inf'::DOUBLE", 'inf'],
  ])('that is %s is refused, with its row', async (_what, value, found) => {
    const error = await refusal({ risk: `(IF(i IN (17, 40), ${value}, 0.5))::DOUBLE` });
    expect(faultAt(error, 'columns.score')).toMatchObject({
      message: 'the score "risk" is not a number from 0 to 1 in row 17 and 1 more',
      found,
    });
  });

  it('that is no number is refused', async () => {
    expect(faultAt(await refusal({ risk: "'high'" }), 'columns.score').found).toBe('VARCHAR');
    const error = await refusal({ risk: "IF(i = 3, 'high', '0.5')" }, {}, { format: 'csv' });
    expect(faultAt(error, 'columns.score')).toMatchObject({
      message: 'the score "risk" is not a number from 0 to 1 in row 3',
      found: 'high',
    });
  });

  it('may miss the range by the rounding of 32 bits', async () => {
    const error = await refusal({ risk: '1.0000001::FLOAT', outcome: "'yes'" });
    expect(error.faults.map(({ path }) => path)).toEqual(['columns.label']);
  });
});

describe('a prediction', () => {
  it.each([
    ['in other words', "IF(i % 2 = 0, 'Yes', 'No')", '"No" (30 rows), "Yes" (30 rows)'],
    ['in numbers', '0.75', '0.75 (60 rows)'],
    ['with a third value', "IF(i % 2 = 0, 'yes', IF(i = 1, 'maybe', 'no'))", /"maybe" \(1 rows\)/],
  ])('%s is refused, not counted as unfavorable', async (_what, guess, found) => {
    const fault = faultAt(await refusal({ guess }, { prediction: 'guess' }), 'columns.prediction');
    expect(fault.expected).toBe('"yes" or "no"');
    expect(fault.found).toMatch(found);
  });

  it('that is missing is refused, with the number of rows', async () => {
    const error = await refusal({ guess: "IF(i < 3, NULL, 'yes')" }, { prediction: 'guess' });
    expect(faultAt(error, 'columns.prediction').message).toBe(
      'the prediction "guess" is missing in 2 rows',
    );
  });
});

it.each(datasetFormats)('faults in %s come all at once', async (format) => {
  const error = await refusal({ outcome: "'v' || i % 3", team: "'a'", risk: '2' }, {}, { format });
  expect(error.faults.map(({ path }) => path)).toEqual([
    'columns.label',
    'columns.favorable',
    'columns.protected[0].name',
    'columns.score',
  ]);
});

describe('weights and amounts', () => {
  it.each([
    ['missing', 'IF(i = 7, NULL, 1.5)', 'no value', 7],
    ['NaN', "IF(i = 9, 'nan'::DOUBLE, 1.5)", 'nan', 9],
    ['infinite', "IF(i = 4, 'inf'::DOUBLE, 1.5)", 'inf', 4],
    ['negative', 'IF(i = 3, -1.0, 1.5)', '-1.0', 3],
  ])('are refused where a weight is %s', async (_what, weight, found, row) => {
    const error = await refusal({ w: weight }, { weight: 'w' });
    expect(faultAt(error, 'columns.weight')).toMatchObject({
      message: `the weight "w" is not a number of 0 or more in row ${row}`,
      found,
      expected: 'a number of 0 or more',
    });
  });

  it('are refused when all weights are 0', async () => {
    const error = await refusal({ w: '0' }, { weight: 'w' });
    expect(faultAt(error, 'columns.weight').message).toBe('the weights "w" are all 0');
  });

  it('are refused when they are text', async () => {
    const error = await refusal({ w: "'heavy'" }, { weight: 'w' });
    expect(faultAt(error, 'columns.weight')).toMatchObject({
      message: 'the weight "w" is no number',
      found: 'VARCHAR',
    });
  });

  it('are refused where an amount is missing or not finite, with how many', async () => {
    const value = { true_positive: 1, amount: 'loan' };
    const error = await refusal(
      { loan: "CASE WHEN i = 5 THEN NULL WHEN i = 6 THEN 'inf'::DOUBLE ELSE -i END" },
      {},
      {},
      { value },
    );
    expect(faultAt(error, 'value.amount')).toMatchObject({
      message: 'the amount "loan" is not a finite number in row 5 and 1 more',
      found: 'no value',
    });
  });
});

describe('a control column', () => {
  it('needs a value in every row', async () => {
    const error = await refusal({ site: "IF(i < 3, NULL, 'x')" }, { control: ['site'] });
    expect(faultAt(error, 'columns.control[0]')).toMatchObject({
      message: 'the control column "site" is missing in 2 rows',
    });
  });

  it('has at most so many values', async () => {
    const error = await refusal({ site: 'i' }, { control: ['site'] }, { rows: 101 });
    expect(faultAt(error, 'columns.control[0]').message).toBe(
      'the control column "site" has 101 groups',
    );
  });
});

describe('an intersection', () => {
  it('has at most so many groups that occur', async () => {
    const check = { metric: 'selection_rate_difference', by: ['team', 'site'], at_most: 1 };
    const error = await refusal(
      { team: "'t' || i % 30", site: 'i // 30' },
      { protected: [{ name: 'team' }, { name: 'site' }] },
      { rows: 600 },
      { checks: [{ ...check, metric: 'demographic_parity_difference' }] },
    );
    expect(faultAt(error, 'checks')).toMatchObject({
      message: 'team × site has 600 groups',
      found: 'team: 30 groups, site: 21 groups',
      expected: 'at most 500 groups',
    });
  });
});
