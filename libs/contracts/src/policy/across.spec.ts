import { describe, expect, it } from '@jest/globals';
import { acrossSchema, comparedValue, definitionOf } from './across.js';
import { metricDefinition, metricNames } from './metrics.js';
import { checkId, policyCheckSchema } from './policy-check.js';

const faultsOf = (check: object): string[] =>
  policyCheckSchema
    .safeParse(check)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('definitionOf', () => {
  it('has the range and better side of what is made of a metric', () => {
    const of = (across: (typeof acrossSchema.options)[number]) =>
      definitionOf({ metric: 'matthews_correlation_coefficient', across });
    expect(of('difference')).toMatchObject({ direction: 'lower', lowest: 0, highest: 2 });
    expect(of('group_min')).toMatchObject({ direction: 'higher', lowest: -1, highest: 1 });
    expect(of('difference_to_privileged')).toMatchObject({
      direction: 'ideal',
      ideal: 0,
      lowest: -2,
      highest: 2,
      needsPrivileged: true,
      perGroup: true,
    });
    const ratio = { metric: 'precision', across: 'ratio_to_majority' } as const;
    expect(definitionOf(ratio)).toMatchObject({ direction: 'ideal', ideal: 1, highest: Infinity });
    expect(definitionOf(ratio).needsPrivileged).toBeUndefined();
    expect(comparedValue(ratio, 2)).toBe(0.5);
  });

  it('is the metric’s own without across', () => {
    for (const metric of metricNames)
      expect(definitionOf({ metric })).toBe(metricDefinition(metric));
  });
});

describe('a check across groups', () => {
  const check = { metric: 'precision', by: 'sex', across: 'difference', at_most: 0.1 } as const;

  it('is named by what it makes of the metric', () => {
    expect(checkId(check)).toBe('precision/across difference/sex/at_most');
    expect(faultsOf(check)).toEqual([]);
  });

  it.each([
    [{ ...check, by: undefined }, 'across: expected `by` beside across'],
    [
      { ...check, group: 'female' },
      'group: expected no group: `across: difference` compares all groups',
    ],
    [
      { ...check, metric: 'accuracy_difference' },
      'across: expected a metric of quality: accuracy_difference compares groups by itself',
    ],
    [
      { ...check, metric: 'youden_j', across: 'ratio' },
      'across: expected a difference: youden_j may be negative, and has no ratio',
    ],
    [
      { ...check, across: 'ratio', at_most: 1.5 },
      'at_most: expected a number from 0 to 1, the range of precision',
    ],
    [
      { metric: 'precision', at_least: 0.5, parameter: 2 },
      'parameter: expected no parameter: precision has none',
    ],
    [
      { metric: 'generalized_entropy_index', at_most: 0.5, parameter: 11 },
      'parameter: expected a number from -10 to 10, the range of α of generalized_entropy_index',
    ],
    [
      { metric: 'conditional_demographic_disparity', by: 'sex', at_most: 0.5 },
      'metric: expected `within`: conditional_demographic_disparity goes through the values of a control column',
    ],
  ])('is refused as %j', (given, fault) => {
    expect(faultsOf(given)).toContain(fault);
  });

  it('takes one group of what there is for each', () => {
    expect(
      faultsOf({ ...check, across: 'ratio_to_privileged', group: 'female', at_most: 1.25 }),
    ).toEqual([]);
    expect(
      faultsOf({ metric: 'predicted_positive_share', by: 'sex', group: 'x', at_most: 1 }),
    ).toEqual([]);
  });
});
