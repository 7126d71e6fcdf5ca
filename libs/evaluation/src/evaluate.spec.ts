import { describe, expect, it } from '@jest/globals';
import {
  digestOfBytes,
  metricDefinition,
  metricsOf,
  parsePolicy,
  policyDigest,
  verdictSchema,
  type Policy,
  type VerdictSubject,
} from '@sluice/contracts';
import { seededRandom } from '@sluice/statistics';
import { profileOf, type Row } from '../test/profiles.js';
import { evaluate } from './evaluate.js';
import type { BinaryProfile as Profile } from './profile.js';

const policy = parsePolicy(`
version: 1
model: credit-risk
task: binary-classification
artifact: model.onnx
data: { evaluation: holdout.parquet }
columns:
  label: credit
  favorable: good
  protected: [{ name: age_group, privileged: over_25 }, { name: sex }]
checks:
  - { metric: roc_auc, at_least: 0.7 }
  - { metric: roc_auc, against: champion, no_worse_by: 0.02 }
  - { metric: demographic_parity_ratio, by: age_group, at_least: 0.8 }
  - { metric: equal_opportunity_difference, by: sex, at_most: 0.1, severity: warn }
  - { metric: true_positive_rate, by: sex, against: champion, no_worse_by: 0.5 }
  - { metric: accuracy, by: sex, group: nobody, against: champion, no_worse_by: 0.5, severity: warn }
  - { metric: equalized_odds_difference, by: sex, against: champion, no_worse_by: 0.5 }
`);

/** Rows on which the version is good, and unfair to one age group if told so. */
const rows = (unfair: boolean): Row[] => {
  const random = seededRandom([2024]);
  return Array.from({ length: 600 }, (_, i) => {
    const label = random() < 0.6;
    const young = i % 4 === 0;
    const score = 0.5 * random() + (label ? 0.4 : 0.1) - (unfair && young ? 0.25 : 0);
    const championScore = 0.7 * random() + (label ? 0.3 : 0.1);
    return {
      label,
      score,
      prediction: score >= 0.5,
      championScore,
      champion: championScore >= 0.5,
      groups: { age_group: young ? '25_or_under' : 'over_25', sex: i % 3 ? 'male' : 'female' },
    };
  });
};
const profiled = (unfair = false): Profile =>
  profileOf(rows(unfair), ['age_group', 'sex'], { age_group: 'over_25' });
const subjectOf = (of: Policy, champion = true): VerdictSubject => ({
  model: of.model,
  version: digestOfBytes('version'),
  champion: champion ? digestOfBytes('champion') : null,
  datasets: { evaluation: digestOfBytes('data') },
  policy: policyDigest(of),
});

describe('evaluate', () => {
  it('gives a verdict of the schema, bound to its subject', () => {
    const subject = subjectOf(policy);
    const verdict = evaluate({ policy, profile: profiled(), subject });
    expect(verdictSchema.parse(verdict)).toEqual(verdict);
    expect(verdict.subject).toEqual(subject);
    expect(verdict.rows).toBe(600);
    expect(verdict.checks.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['roc_auc/at_least', 'pass'],
      ['roc_auc/against_champion', 'pass'],
      ['demographic_parity_ratio/age_group/at_least', 'pass'],
      ['equal_opportunity_difference/sex/at_most', 'pass'],
      ['true_positive_rate/sex/against_champion', 'pass'],
      ['accuracy/sex/nobody/against_champion', 'warn'],
      ['equalized_odds_difference/sex/against_champion', 'pass'],
    ]);
    expect(verdict.outcome).toBe('pass');
  });

  it('fails when a check fails, and passes on warnings alone', () => {
    const verdict = evaluate({ policy, profile: profiled(true), subject: subjectOf(policy) });
    expect(verdict.outcome).toBe('fail');
    expect(verdict.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toEqual([
      'demographic_parity_ratio/age_group/at_least',
    ]);
    const lenient = {
      ...policy,
      checks: policy.checks.map((check) => ({ ...check, severity: 'warn' as const })),
    };
    const warned = evaluate({
      policy: lenient,
      profile: profiled(true),
      subject: subjectOf(lenient),
    });
    expect(warned.outcome).toBe('pass');
    expect(warned.checks.some(({ outcome }) => outcome === 'warn')).toBe(true);
  });

  it('is byte for byte the same for the same input, whatever the order of keys and cells', () => {
    const subject = subjectOf(policy);
    const first = JSON.stringify(evaluate({ policy, profile: profiled(), subject }));
    const again = JSON.stringify(
      evaluate({
        policy: structuredClone(policy),
        profile: {
          ...profiled(),
          overall: { ...profiled().overall, cells: profiled().overall.cells.toReversed() },
          byColumn: profiled().byColumn.map((column) => ({
            ...column,
            groups: column.groups.map((group) => ({ ...group, cells: group.cells.toReversed() })),
          })),
        },
        subject: {
          policy: subject.policy,
          datasets: subject.datasets,
          champion: subject.champion,
          version: subject.version,
          model: subject.model,
        },
      }),
    );
    expect(again).toBe(first);
  });

  it('lists each measure once: overall, by group and across, for version, champion and both', () => {
    const { measures } = evaluate({ policy, profile: profiled(), subject: subjectOf(policy) });
    const ids = measures.map(({ of, metric, by, group }) =>
      JSON.stringify([of, metric, by, group]),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const quality = metricsOf('binary-classification').filter(
      (name) => metricDefinition(name).kind === 'quality',
    ).length;
    // Those that are listed unasked, and those of them that need no privileged group: the policy names none of sex.
    const [fairness, fairnessOfSex] = [14, 11];
    const count = (of: string): number => measures.filter((measure) => measure.of === of).length;
    const ofModels = quality - 1;
    // Counts of groups are not listed unasked.
    const inGroups = quality - 8;
    expect(count('version')).toBe(quality + 2 * (2 * inGroups) + fairness + fairnessOfSex);
    expect(count('champion')).toBe(ofModels + fairness + fairnessOfSex);
    // Overall; the true positive rate in both groups; equalized odds across them.
    expect(count('difference')).toBe(ofModels + 2 + 1);
  });

  it('holds in its measures what its checks were decided on', () => {
    const { checks, measures } = evaluate({
      policy,
      profile: profiled(),
      subject: subjectOf(policy),
    });
    for (const { measure } of checks)
      if (measure !== null) expect(measures).toContainEqual(measure);
  });

  it('stays a message of moderate size with many groups, and lists what the checks ask for', () => {
    const many = {
      ...policy,
      checks: [
        ...policy.checks.slice(0, 1),
        {
          ...(policy.checks[0] as Policy['checks'][0]),
          metric: 'precision' as const,
          by: 'age_group',
        },
      ],
    };
    const table = Array.from({ length: 100 }, (_, group) =>
      rows(false)
        .slice(0, 40)
        .map((row) => ({ ...row, groups: { ...row.groups, age_group: `g${group}` } })),
    ).flat();
    const profile = profileOf(table, ['age_group', 'sex'], { age_group: 'g1' });
    const verdict = evaluate({ policy: many, profile, subject: subjectOf(many) });
    const byGroup = verdict.measures.filter(
      ({ by, group }) => by === 'age_group' && group !== null,
    );
    expect(byGroup.length).toBe(6 * 100);
    expect(byGroup.some(({ metric }) => metric === 'precision')).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(verdict))).toBeLessThan(512 * 1024);
  });

  it('needs no champion, and then compares with none', () => {
    const verdict = evaluate({ policy, profile: profiled(), subject: subjectOf(policy, false) });
    expect(verdict.measures.every(({ of }) => of === 'version')).toBe(true);
    const compared = verdict.checks.filter(({ id }) => id.endsWith('against_champion'));
    expect(compared.map(({ outcome, measure }) => [outcome, measure])).toEqual(
      compared.map(() => ['warn', null]),
    );
    expect(verdict.outcome).toBe('pass');
  });

  it('refuses to bind a verdict to what it was not decided on', () => {
    const subject = subjectOf(policy);
    const profile = profiled();
    const other = { ...policy, checks: policy.checks.slice(1) };
    const withoutChampion = rows(false).map(({ label, prediction, score, groups }) => ({
      label,
      prediction,
      score: score as number,
      groups,
    }));
    for (const [input, code] of [
      [{ policy: other, profile, subject }, 'digest_mismatch'],
      [{ policy, profile, subject: { ...subject, model: 'other' } }, 'invalid_request'],
      [
        {
          policy,
          profile,
          subject: {
            ...subject,
            datasets: { ...subject.datasets, predictions: digestOfBytes('predictions') },
          },
        },
        'invalid_request',
      ],
      [{ policy, profile: profileOf(rows(false), ['sex']), subject }, 'invalid_request'],
      [
        { policy, profile: profileOf(withoutChampion, ['age_group', 'sex']), subject },
        'invalid_request',
      ],
    ] as const)
      expect(() => evaluate(input)).toThrow(expect.objectContaining({ code }));
  });
});
