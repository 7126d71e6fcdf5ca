import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Policy } from '@sluice/contracts';
import { Dataset } from '../dataset/dataset.js';
import { FaultCollector } from '../fault-collector.js';
import {
  faultAt,
  policyWith,
  rejection,
  temporaryFolder,
  writeTable,
} from '../fixtures/tables.fixture.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { surveyScoredTable } from './table-survey.js';

const folder = temporaryFolder();

const surveyed = async (policy: Policy, changes: Record<string, string> = {}) => {
  const columns = {
    outcome: "IF(i % 2 = 0, 'yes', 'no')",
    team: "IF(i % 3 = 0, 'a', 'b')",
    region: "IF(i % 5 = 0, 'north', 'south')",
    risk: '(i % 10) / 10',
    mass: '(i % 4)::DOUBLE',
    loan: '(i - 30) * 10',
    ...changes,
  };
  const list = Object.entries(columns).map(([name, sql]) => `${sql} AS "${name}"`);
  const path = await writeTable(
    join(folder, 'table.parquet'),
    `SELECT ${list.join(', ')} FROM range(1, 61) t(i)`,
  );
  const faults = new FaultCollector('table');
  const dataset = await Dataset.open({ files: [{ path, name: 'table' }], name: 'table' });
  try {
    const found = await surveyScoredTable(policy, dataset, duckdbDialect, faults);
    faults.throwIfAny();
    return found;
  } finally {
    await dataset.close();
  }
};

const policy = policyWith(
  { weight: 'mass', control: ['region'] },
  {
    checks: [{ metric: 'demographic_parity_ratio', by: 'team', within: 'region', at_least: 0.5 }],
    value: { true_positive: 1, amount: 'loan' },
  },
);

describe('surveyScoredTable', () => {
  it('finds groups, strata that checks name, and the largest weight and amount', async () => {
    const found = await surveyed(policy);
    expect(found?.rows).toBe(60);
    expect(found?.layout).toEqual({
      columns: [
        { name: 'team', names: ['a', 'b'], privileged: null },
        { name: 'region', names: ['north', 'south'], privileged: null },
      ],
      groupings: [
        { columns: [0], within: null },
        { columns: [0], within: 1 },
      ],
    });
    expect(found?.relation).toMatchObject({ weight: { largest: 3 }, amount: { largest: 300 } });
  });

  it.each([
    ['columns.weight', { mass: 'IF(i = 1, -1, 1)' }, 'is not a number of 0 or more in row 1'],
    ['columns.weight', { mass: 'IF(i < 3, NULL, 1)' }, 'in row 1 and 1 more'],
    ['columns.weight', { mass: "IF(i = 1, 'NaN', '1')::DOUBLE" }, 'in row 1'],
    ['columns.weight', { mass: "IF(i = 1, 'Infinity', '1')::DOUBLE" }, 'in row 1'],
    ['columns.weight', { mass: "'heavy'" }, 'is no number'],
    ['columns.weight', { mass: '0' }, 'are all 0'],
    ['value.amount', { loan: 'IF(i = 1, NULL, 1)' }, 'is not a finite number in row 1'],
    ['columns.control[0]', { region: "IF(i = 1, NULL, 'x')" }, 'missing in one row'],
  ])('reports %s with %j', async (path, changes, message) => {
    const error = await rejection(surveyed(policy, changes));
    expect(error.code).toBe('invalid_data');
    expect(faultAt(error, path).message).toContain(message);
  });

  it('reports columns that are not there, with the nearest name', async () => {
    const missing = policyWith(
      { weight: 'mas', control: ['regio'] },
      {
        checks: [{ metric: 'demographic_parity_ratio', by: 'team', within: 'regio', at_least: 0 }],
        value: { true_positive: 1, amount: 'loam' },
      },
    );
    const error = await rejection(surveyed(missing));
    for (const [path, name] of [
      ['columns.weight', 'mass'],
      ['columns.control[0]', 'region'],
      ['value.amount', 'loan'],
    ] as const)
      expect(faultAt(error, path).hint).toBe(`Did you mean "${name}"?`);
  });
});
