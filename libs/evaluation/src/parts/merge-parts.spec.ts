import { describe, expect, it } from '@jest/globals';
import {
  digestOfBytes,
  parseProfileDocument,
  policyDigest,
  policySchema,
  SluiceError,
  type PartProfile,
  type Policy,
  type ProfileDocument,
} from '@sluice/contracts';
import { groupingOf, profileOf, type Row } from '../../test/profiles.js';
import { evaluate } from '../evaluate.js';
import type { BinaryProfile, Profile } from '../profile.js';
import { mergeParts, type Part } from './merge-parts.js';

const policyWith = (rest: object = {}): Policy =>
  policySchema.parse({
    version: 1,
    model: 'loans',
    task: 'binary-classification',
    data: { evaluation: 'none.parquet' },
    columns: {
      label: 'outcome',
      favorable: 'paid',
      score: 'score',
      protected: [{ name: 'g', privileged: 'a' }],
      control: ['k'],
    },
    checks: [
      { metric: 'roc_auc', at_least: 0.5 },
      { metric: 'demographic_parity_ratio', by: 'g', within: 'k', at_least: 0.1 },
    ],
    ...rest,
  });
const policy = policyWith();

/** Scores in eighths, whose sums are exact in any order. */
const rows: Row[] = Array.from({ length: 240 }, (_, i) => ({
  label: (i * 7) % 16 < 4 + (i % 8),
  prediction: i % 8 >= 4,
  score: (i % 8) / 8,
  groups: { g: i < 120 ? 'a' : 'b', k: i % 2 === 0 ? 'x' : 'y' },
}));

const mergeable = (own: readonly Row[]): BinaryProfile => {
  const profile = profileOf(own, ['g'], { g: 'a' }, true);
  const strata = [...new Set(own.map(({ groups }) => groups['k'] as string))].sort();
  const within = (value: string) => groupingOf(own, ['g'], 'a', { column: 'k', value }, true);
  return { ...profile, byColumn: [...profile.byColumn, ...strata.map(within)] };
};

/** As it is read from a file. */
const partOf = (
  own: readonly Row[],
  name: string,
  rest: Partial<Omit<ProfileDocument, 'subject'>> = {},
  subject: Partial<ProfileDocument['subject']> = {},
): Part => {
  const document = {
    schema: 'sluice/profile/v1',
    subject: {
      model: 'loans',
      version: null,
      champion: null,
      datasets: { evaluation: digestOfBytes(name) },
      policy: policyDigest(policy),
      ...subject,
    },
    unfavorable: 'lost',
    profile: mergeable(own),
    ...rest,
  };
  return { file: name, document: parseProfileDocument(JSON.stringify(document), name) };
};

// Each half has one of the two groups.
const [first, second] = [partOf(rows.slice(0, 120), 'first'), partOf(rows.slice(120), 'second')];

const faultsOf = (parts: readonly Part[], under = policy) => {
  try {
    mergeParts(under, parts);
  } catch (error) {
    if (error instanceof SluiceError) return error.faults;
    throw error;
  }
  throw new Error('The parts were merged.');
};

describe('mergeParts', () => {
  it('gives the verdict of the whole, in whatever order parts come', () => {
    const { profile, subject } = mergeParts(policy, [first, second]);
    const merged = evaluate({ policy, profile, subject });
    const whole = evaluate({ policy, profile: mergeable(rows), subject });
    expect(merged.measures).toHaveLength(whole.measures.length);
    merged.measures.forEach((measure, at) => {
      const { value, interval, ...about } = measure;
      const expected = whole.measures[at] as typeof measure;
      expect(about).toEqual({ ...expected, value: undefined, interval: undefined });
      expect(value ?? NaN).toBeCloseTo(expected.value ?? NaN, 11);
      expect(interval?.upper ?? NaN).toBeCloseTo(expected.interval?.upper ?? NaN, 11);
    });
    expect(merged.checks.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
    expect(mergeParts(policy, [second, first])).toEqual({ profile, subject });
    expect(subject.datasets.evaluation).not.toBe(first.document.subject.datasets.evaluation);
  });

  it('is of the part’s own dataset where there is one only', () => {
    const only = partOf(rows, 'only');
    expect(mergeParts(policy, [only])).toEqual({
      profile: only.document.profile,
      subject: only.document.subject,
    });
  });

  it('refuses profiles of another policy, of other models, and the same data twice', () => {
    const other = policyDigest(policyWith({ data: { evaluation: 'other.parquet' } }));
    expect(faultsOf([partOf(rows, 'x', {}, { policy: other })])).toMatchObject([
      { file: 'x', path: 'subject.policy', found: other, expected: policyDigest(policy) },
    ]);
    const version = digestOfBytes('a model');
    expect(faultsOf([first, partOf(rows, 'x', {}, { version })])).toMatchObject([
      { file: 'x', path: 'subject.version', found: version, expected: 'none' },
    ]);
    expect(faultsOf([first, second, { ...first, file: 'copy' }])).toMatchObject([
      { file: 'copy', message: 'this is the profile of the same data as first' },
    ]);
  });

  const part = mergeable(rows);
  type Grouping = BinaryProfile['byColumn'][number];
  const [grouping, ...strata] = part.byColumn as [Grouping, ...Grouping[]];
  const overall = part.overall;
  it.each<[string, Partial<BinaryProfile>]>([
    ['are not those of its rows', { rows: 241 }],
    ['not those that the policy asks for', { byColumn: [grouping] }],
    [
      'not those that the policy asks for',
      { byColumn: [{ ...grouping, privileged: 'b' }, ...strata] },
    ],
    [
      "don't add up to its rows",
      { byColumn: [{ ...grouping, groups: grouping.groups.slice(1) }, ...strata] },
    ],
    [
      'is there twice',
      {
        byColumn: [
          { ...grouping, groups: grouping.groups.map((each) => ({ ...each, group: 'a' })) },
          ...strata,
        ],
      },
    ],
    [
      'add up to their stratum',
      { byColumn: [grouping, ...strata.map((each) => ({ ...each, overall }))] },
    ],
    ['has no whole', { byColumn: [grouping, ...strata.map(({ overall: _, ...each }) => each)] }],
    [
      'it has a champion',
      {
        overall: { ...overall, cells: overall.cells.map((each) => ({ ...each, champion: true })) },
      },
    ],
    [
      'it has weights',
      {
        overall: {
          ...overall,
          cells: overall.cells.map((each) => ({ ...each, weight: { sum: 1, squares: 1 } })),
        },
      },
    ],
    [
      'it has amounts',
      {
        overall: {
          ...overall,
          cells: overall.cells.map((each) => ({ ...each, amount: { sum: 1, squares: 1 } })),
        },
      },
    ],
    [
      'of as many rows as its labels',
      { overall: { ...overall, scores: grouping.groups[0]?.scores ?? null } },
    ],
  ])('refuses a profile that contradicts itself: %s', (message, change) => {
    const [fault] = faultsOf([
      partOf(rows, 'x', { profile: { ...part, ...change } as PartProfile }),
    ]);
    expect(fault?.message).toContain('contradicts itself');
    expect(fault?.message).toContain(message);
  });

  it('asks of the whole what is asked of a table', () => {
    expect(faultsOf([first])).toMatchObject([
      { message: expect.stringContaining('fewer than two groups') },
    ]);
    const renamed = (own: readonly Row[], name: string) =>
      own.map((row) => ({ ...row, groups: { ...row.groups, g: name + String(row.groups['g']) } }));
    expect(faultsOf([partOf(renamed(rows, 'team '), 'x')])).toMatchObject([
      { path: 'columns.protected[0].privileged', found: '"team a", "team b"' },
    ]);
    const many = rows.map((row, i) => ({ ...row, groups: { ...row.groups, g: `g${i % 120}` } }));
    expect(faultsOf([partOf(many, 'x')])).toMatchObject([{ expected: 'at most 100 groups' }]);
    for (const [label, message] of [
      [true, 'all rows are favorable'],
      [false, 'no row has the favorable label'],
    ] as const)
      expect(
        faultsOf([
          partOf(
            rows.map((row) => ({ ...row, label })),
            'x',
          ),
        ]),
      ).toMatchObject([{ path: 'columns.label', message: expect.stringContaining(message) }]);
  });

  it('refuses unfavorable labels that are written in several ways', () => {
    const named = (unfavorable: string | null) =>
      partOf(rows.slice(120), 'second', { unfavorable });
    expect(faultsOf([first, named('Lost')])).toMatchObject([
      { file: 'second', path: 'columns.label', found: '"Lost"', expected: '"lost"' },
    ]);
    expect(mergeParts(policy, [first, named(null)]).profile.rows).toBe(240);
    const numbered = (unfavorable: string) => partOf(rows.slice(0, 120), 'first', { unfavorable });
    expect(mergeParts(policy, [numbered('0'), named('0.0')]).profile.rows).toBe(240);
    expect(mergeParts(policy, [numbered('false'), named('0')]).profile.rows).toBe(240);
  });

  it('refuses a policy with drift, and no parts at all', () => {
    const drift = policyWith({ data: { evaluation: 'a.parquet', reference: 'b.parquet' } });
    expect(() => mergeParts(drift, [first])).toThrow('drift is measured on whole tables');
    expect(() => mergeParts(policy, [])).toThrow('No profile is given');
  });

  it('keeps amounts by score, of which the value by threshold is made', () => {
    const paid = rows.map((row, i) => ({ ...row, amount: (i % 16) / 4 }));
    const worth = policyWith({ value: { true_positive: 1, amount: 'loan' } });
    const parts = [paid.slice(0, 120), paid.slice(120)].map((own, at) =>
      partOf(own, `part ${at}`, {}, { policy: policyDigest(worth) }),
    );
    const { profile } = mergeParts(worth, parts);
    expect((profile as BinaryProfile).overall.scores).toEqual(mergeable(paid).overall.scores);
  });
});

/** Whatever is optional in one of them, and missing in the other, is found by its type. */
type Whole<Type> = Type extends readonly (infer Entry)[]
  ? Whole<Entry>[]
  : Type extends object
    ? { -readonly [Key in keyof Type]-?: Whole<Exclude<Type[Key], undefined>> }
    : Type;
type IsSame<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

describe('the schema of a profile', () => {
  it('has all that profiles have but what doesn’t add up', () => {
    type Merged = Profile extends infer Own
      ? Own extends Profile
        ? Omit<Own, 'neighbours'>
        : never
      : never;
    const isSame: IsSame<Whole<PartProfile>, Whole<Merged>> = true;
    expect(isSame).toBe(true);
  });
});
