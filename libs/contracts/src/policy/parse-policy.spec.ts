import { describe, expect, it } from '@jest/globals';
import { formatFault, SluiceError, type Fault } from '../errors.js';
import { parsePolicy } from './parse-policy.js';
import { checkId } from './policy-check.js';
import { championEnvironment, environmentOrder, policyDigest } from './policy.js';

const good = `version: 1
model: credit-risk
task: binary-classification
artifact: model.onnx
data:
  evaluation: data/holdout.parquet
columns:
  label: credit
  favorable: good
  protected:
    - { name: age_group, privileged: over_25 }
    - { name: sex, privileged: male }
checks:
  - { metric: roc_auc, at_least: 0.70 }
  - { metric: roc_auc, against: champion, no_worse_by: 0.02 }
  - { metric: demographic_parity_ratio, by: age_group, at_least: 0.80 }
  - { metric: equal_opportunity_difference, by: sex, at_most: 0.10, severity: warn }
promotion:
  environments:
    staging: {}
    production: { approvals: 1 }
`;

const faultsOf = (text: string): readonly Fault[] => {
  try {
    parsePolicy(text, 'sluice.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError);
    expect((error as SluiceError).code).toBe('invalid_policy');
    return (error as SluiceError).faults;
  }
  throw new Error('The policy was accepted.');
};

describe('parsePolicy', () => {
  it('reads the policy of the documentation and fills in the defaults', () => {
    const policy = parsePolicy(good);
    expect(policy.checks.map((check) => check.severity)).toEqual(['fail', 'fail', 'fail', 'warn']);
    expect(policy.checks[0]).toMatchObject({
      holds: 'estimate',
      when_undefined: 'fail',
      when_insufficient: 'fail',
    });
    expect(policy.correction).toBe('none');
    expect(environmentOrder(policy)).toEqual(['staging', 'production']);
    expect(championEnvironment(policy)).toBe('production');
    expect(policy.promotion.environments['staging']).toEqual({ approvals: 0 });
  });

  it('tells all faults at once, each with its line and column, what was found and what was expected', () => {
    const faults = faultsOf(
      good
        .replace('at_least: 0.70', 'at_lest: 0.70')
        .replace('metric: roc_auc, against', 'metric: auc, against')
        .replace('approvals: 1', 'approvals: one')
        .replace('  label: credit\n', '  label: 7\n')
        .replace('task: binary-classification\n', ''),
    );
    expect(faults.map((fault) => [fault.line, fault.column, fault.path])).toEqual([
      [1, 1, 'task'],
      [7, 10, 'columns.label'],
      // Without the misspelt limit the check has none, which is a fault of its own.
      [13, 15, 'checks[0].metric'],
      [13, 24, 'checks[0].at_lest'],
      [14, 15, 'checks[1].metric'],
      [20, 30, 'promotion.environments.production.approvals'],
    ]);
    expect(faults[1]).toMatchObject({ found: '7', expected: 'a text' });
    expect(faults[3]).toMatchObject({ found: 'at_lest', hint: 'did you mean at_least?' });
    expect(faults[4]?.found).toBe('"auc"');
    expect(faults[4]?.expected).toContain('roc_auc');
    // Of many names some, and the one that is meant.
    expect((faults[4]?.expected ?? '').length).toBeLessThan(600);
    expect(faultsOf(good.replace('metric: roc_auc', 'metric: roc-acu'))[0]?.hint).toBe(
      'did you mean roc_auc?',
    );
    expect(formatFault(faults[0] as Fault)).toBe(
      'sluice.yaml:1:1: task is missing (expected one of binary-classification, multiclass-classification, regression)',
    );
  });

  it.each([
    [
      'a limit that the metric cannot reach',
      'at_least: 0.70',
      'at_least: 70',
      'checks[0].at_least',
    ],
    ['a column that is not protected', 'by: sex', 'by: gender', 'checks[3].by'],
    ['a comparison without a margin', ', no_worse_by: 0.02', '', 'checks[1].against'],
    ['a check without a limit', ', at_least: 0.70', '', 'checks[0].metric'],
    ['a fairness metric without groups', 'by: age_group, ', '', 'checks[2].metric'],
    ['a path out of the repository', 'artifact: model.onnx', 'artifact: ../model.onnx', 'artifact'],
    ['an absolute path', 'data/holdout.parquet', '/etc/passwd', 'data.evaluation'],
    [
      'a pattern out of the repository',
      'data/holdout.parquet',
      '"../*.parquet"',
      'data.evaluation',
    ],
    ['a web address', 'data/holdout.parquet', '"https://x/y.parquet"', 'data.evaluation'],
    ['stars that mean nothing', 'data/holdout.parquet', '"data/a**"', 'data.evaluation'],
    ['outputs of no model', 'artifact: model.onnx', 'outputs: { score: x }', 'outputs'],
    [
      'outputs without a name',
      'artifact: model.onnx',
      'artifact: model.onnx\noutputs: {}',
      'outputs',
    ],
    ['an unknown top-level key', 'version: 1', 'version: 1\nchecs: []', 'checs'],
    ['another version', 'version: 1', 'version: 2', 'version'],
    ['a column protected twice', 'name: sex,', 'name: age_group,', 'columns.protected[1].name'],
    ['no rows as enough', 'at_least: 0.70', 'at_least: 0.70, min_rows: 0', 'checks[0].min_rows'],
    [
      'an undefined figure that passes',
      'at_least: 0.70',
      'at_least: 0.70, when_undefined: pass',
      'checks[0].when_undefined',
    ],
    ['what can’t hold', 'at_least: 0.70', 'at_least: 0.70, holds: often', 'checks[0].holds'],
    ['an unknown correction', 'version: 1', 'version: 1\ncorrection: sidak', 'correction'],
    [
      'a parameter of a metric without one',
      '{ metric: roc_auc, at_least',
      '{ metric: roc_auc, parameter: 2, at_least',
      'checks[0].parameter',
    ],
    [
      'a share that a profile knows nothing of',
      '{ metric: roc_auc, at_least',
      '{ metric: gain, parameter: 0.15, at_least',
      'checks[0].parameter',
    ],
    [
      'a parameter out of its range',
      '{ metric: roc_auc, at_least',
      '{ metric: f_beta_score, parameter: 0, at_least',
      'checks[0].parameter',
    ],
    [
      'a metric against a privileged group that is not named',
      ', privileged: male }\nchecks:',
      ' }\nchecks:\n  - { metric: disparate_impact, by: sex, at_least: 0.8 }',
      'checks[0].metric',
    ],
    ['an artifact beside scores', '  label: credit', '  score: s\n  label: credit', 'artifact'],
  ])('refuses %s', (_, from, to, path) => {
    expect(good).toContain(from);
    expect(faultsOf(good.replace(from, to)).map((fault) => fault.path)).toContain(path);
  });

  it.each(['data/', 'data/part-*.parquet', 'data/**/x-?.csv', 'data'])(
    'takes several files as %s',
    (location) => {
      const policy = parsePolicy(good.replace('data/holdout.parquet', `"${location}"`));
      expect(policy.data.evaluation).toBe(location);
    },
  );

  it('refuses the same check twice', () => {
    const faults = faultsOf(
      good.replace('promotion:', '  - { metric: roc_auc, at_least: 0.9 }\npromotion:'),
    );
    expect(faults).toEqual([expect.objectContaining({ path: 'checks[4]', line: 18 })]);
  });

  it.each([
    ['text that is not YAML', 'a: [1', 1],
    ['a repeated key', 'version: 1\nversion: 1\n', 2],
    ['nothing', '', 1],
    ['a list', '- 1', 1],
  ])('refuses %s at its line', (_, text, line) => {
    expect(faultsOf(text)[0]).toMatchObject({ file: 'sluice.yaml', line });
  });

  it('refuses aliases that unfold into more than they are, before unfolding them', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
      .concat(
        ['b', 'c', 'd', 'e', 'f', 'g'].map(
          (key, index) => `${key}: &${key} [${`*${'abcdef'[index]},`.repeat(9).slice(0, -1)}]`,
        ),
      )
      .join('\n');
    expect(faultsOf(bomb)[0]?.message).toContain('aliases');
  });

  it('refuses a policy longer than 64 KiB', () => {
    expect(faultsOf(`${good}# ${'x'.repeat(70_000)}`)[0]?.message).toContain('too long');
  });
});

describe('policyDigest', () => {
  it('does not change with comments, the order of keys or spelled-out defaults', () => {
    const other = good
      .replace('version: 1\nmodel: credit-risk', '# why\nmodel: credit-risk\nversion: 1')
      .replace('staging: {}', 'staging: { approvals: 0 }');
    expect(policyDigest(parsePolicy(other))).toBe(policyDigest(parsePolicy(good)));
  });

  it('changes with a limit, and with the order of environments', () => {
    const digest = policyDigest(parsePolicy(good));
    expect(policyDigest(parsePolicy(good.replace('0.80', '0.79')))).not.toBe(digest);
    const reordered = good
      .replace('    staging: {}\n', '')
      .replace('approvals: 1 }\n', 'approvals: 1 }\n    staging: {}\n');
    expect(policyDigest(parsePolicy(reordered))).not.toBe(digest);
  });
});

describe('checkId', () => {
  it('names what is measured and the kind of limit', () => {
    expect(parsePolicy(good).checks.map(checkId)).toEqual([
      'roc_auc/at_least',
      'roc_auc/against_champion',
      'demographic_parity_ratio/age_group/at_least',
      'equal_opportunity_difference/sex/at_most',
    ]);
  });

  it('tells checks by their interval from those by their estimate', () => {
    const both = good.replace(
      'checks:',
      'checks:\n  - { metric: roc_auc, holds: interval, at_least: 0.6 }',
    );
    expect(parsePolicy(both).checks.map(checkId).slice(0, 2)).toEqual([
      'roc_auc/at_least_interval',
      'roc_auc/at_least',
    ]);
  });

  it('has the parameter of a metric that has one, the default too', () => {
    const policy = parsePolicy(
      good.replace(
        'checks:',
        `checks:
  - { metric: f_beta_score, at_least: 0.1 }
  - { metric: f_beta_score, parameter: 0.5, at_least: 0.1 }
  - { metric: lift, parameter: 0.05, by: sex, at_least: 2 }`,
      ),
    );
    expect(policy.checks.map(checkId).slice(0, 3)).toEqual([
      'f_beta_score(2)/at_least',
      'f_beta_score(0.5)/at_least',
      'lift(0.05)/sex/at_least',
    ]);
  });
});

describe('a metric of value', () => {
  const asking = (metric: string, value = ''): string =>
    good.replace('checks:', `${value}checks:\n  - { metric: ${metric}, at_least: 0 }`);

  it('needs what outcomes are worth, and a return what the model costs', () => {
    expect(faultsOf(asking('expected_value'))).toMatchObject([
      {
        path: 'checks[0].metric',
        line: 14,
        expected: '`value` in the policy: expected_value needs what each outcome is worth',
      },
    ]);
    const worths = 'value: { true_positive: 5, false_positive: -8 }\n';
    expect(parsePolicy(asking('expected_value', worths)).value).toEqual({
      true_positive: 5,
      false_positive: -8,
      true_negative: 0,
      false_negative: 0,
    });
    expect(faultsOf(asking('return_on_investment', worths))).toMatchObject([
      { path: 'checks[0].metric', expected: expect.stringContaining('value.cost') },
    ]);
  });
});

describe('policyDigest of a parameter', () => {
  it('is the same whether a default is spelled out', () => {
    const asking = (parameter: string): string =>
      good.replace('checks:', `checks:\n  - { metric: lift${parameter}, at_least: 2 }`);
    const plain = policyDigest(parsePolicy(asking('')));
    expect(policyDigest(parsePolicy(asking(', parameter: 0.1')))).toBe(plain);
    expect(policyDigest(parsePolicy(asking(', parameter: 0.2')))).not.toBe(plain);
  });
});
