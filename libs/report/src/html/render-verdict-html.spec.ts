import { describe, expect, it } from '@jest/globals';
import {
  digestOfBytes,
  metricNames,
  type ScoreCurves,
  type TaskFigures,
  type Verdict,
} from '@sluice/contracts';
import { check, failingVerdict, measure } from '../verdict.fixture.js';
import { parseStrictly, type Element } from './parse-strictly.fixture.js';
import { htmlBudget, renderVerdictHtml } from './render-verdict-html.js';

const context = { policyFile: 'sluice.yaml', versionNumber: 2, headSha: 'f'.repeat(40) };
const hostile =
  '</title></svg><script>alert(1)</script>"\' onload=alert(1) <img src=x>&lt;\u0000\u001b[2J\u202ecod.exe\ud800';

const wilson = { lower: 0.1, upper: 0.9, level: 0.95, method: 'wilson' };
const model = (shift: number): ScoreCurves['version'] => ({
  roc: {
    points: Array.from({ length: 200 }, (_, index) => ({
      falsePositiveRate: index / 199,
      truePositiveRate: (index / 199) ** shift,
    })),
    auc: 0.7,
    aucWithin: 0.001,
  },
  calibration: {
    bins: Array.from({ length: 10 }, (_, index) => ({
      from: index / 10,
      to: (index + 1) / 10,
      rows: 1_234_567,
      meanScore: index / 10 + 0.05,
      observed: (index / 10) ** shift,
      interval: wilson,
    })),
    meanWithin: 0.0005,
  },
  distribution: {
    bins: Array.from({ length: 20 }, (_, index) => ({
      from: index / 20,
      to: (index + 1) / 20,
      positives: index * 1_000_000,
      negatives: 20 - index,
    })),
  },
  precisionRecall: {
    points: Array.from({ length: 200 }, (_, index) => ({
      recall: index / 199,
      precision: 1 - (index / 199) ** 2 / 2,
    })),
    baseRate: 0.5,
    averagePrecision: 0.8,
  },
  gain: {
    points: Array.from({ length: 200 }, (_, index) => ({
      share: index / 199,
      gain: (index / 199) ** shift,
    })),
  },
  value: {
    points: Array.from({ length: 101 }, (_, index) => ({
      threshold: index / 100,
      value: -12_345.678 + 40_000 * shift * (index / 100) * (1 - index / 100),
    })),
    best: {
      threshold: 0.37,
      value: -3_000.25,
      interval: { lower: -4_000, upper: -2_500, level: 0.95, method: 'student-optimism' },
      thresholds: { lower: 0.31, upper: 0.44, level: 0.95, method: 'multinomial-bootstrap' },
    },
    breakEven: 0.4,
  },
});
const curves: ScoreCurves = { version: model(0.5), champion: model(0.8) };

/** 200 checks, 20 columns of 100 groups, and long names made of what grows most when it is escaped. */
const enormous = (): Verdict => {
  const name = (index: number): string => `${index}${`"'&<>${hostile}`.repeat(20)}`;
  const columns = Array.from({ length: 20 }, (_, index) => name(index));
  return {
    ...failingVerdict(),
    checks: Array.from({ length: 200 }, (_, index) =>
      check({
        id: `accuracy/${name(index)}/at_least`,
        outcome: index % 2 === 0 ? 'fail' : 'warn',
        reason: '"'.repeat(5000),
        advice: '😀'.repeat(5000),
      }),
    ),
    measures: [
      ...failingVerdict().measures,
      ...columns.flatMap((by) =>
        Array.from({ length: 100 }, (_, group) =>
          (
            ['selection_rate', 'true_positive_rate', 'false_positive_rate', 'accuracy'] as const
          ).map((metric) => measure({ metric, by, group: name(group), n: 1_000 + group })),
        ).flat(),
      ),
    ],
  };
};

/** Of several classes, whose names are the caller's. */
const classFigures = (names: readonly string[]): TaskFigures => ({
  confusion: {
    classes: names,
    counts: names.map((_, label) =>
      names.map((__, prediction) => (label === prediction ? 90 : prediction < label ? 3 : 0)),
    ),
  },
  classCurves: {
    classes: names.slice(0, 6).map((name, at) => ({ name, rows: 90 + at, curves })),
    left: Math.max(0, names.length - 6),
  },
  confidence: { version: curves.version.calibration, champion: null },
});
const numberFigures: TaskFigures = {
  tenths: Array.from({ length: 10 }, (_, at) => ({ prediction: 10 * at, label: 11 * at })),
  fit: Array.from({ length: 40 }, (_, at) => ({
    prediction: at - 5,
    label: at ** 1.1 - 6,
    share: 1 / 40,
  })),
  residuals: {
    from: -4,
    width: 0.5,
    version: { shares: Array.from({ length: 16 }, () => 0.06), below: 0.01, above: 0.03 },
    champion: { shares: Array.from({ length: 16 }, () => 0.05), below: 0.1, above: 0.1 },
  },
};

const cases: [string, () => string][] = [
  [
    'several classes',
    () =>
      renderVerdictHtml(failingVerdict(), null, {
        ...context,
        figures: classFigures(['billing', 'outage', hostile]),
      }),
  ],
  [
    'a hundred classes',
    () =>
      renderVerdictHtml(enormous(), null, {
        ...context,
        figures: classFigures(Array.from({ length: 100 }, (_, at) => `${at}${hostile}`)),
      }),
  ],
  [
    'a regression',
    () => renderVerdictHtml(failingVerdict(), null, { ...context, figures: numberFigures }),
  ],
  [
    'a regression whose predictions are all right',
    () =>
      renderVerdictHtml(failingVerdict(), null, {
        ...context,
        figures: {
          tenths: [{ prediction: 3, label: 3 }],
          fit: [{ prediction: 3, label: 3, share: 1 }],
          residuals: {
            from: 0,
            width: 1,
            version: { shares: [1], below: 0, above: 0 },
            champion: null,
          },
        },
      }),
  ],
  ['a failing verdict', () => renderVerdictHtml(failingVerdict(), curves, context)],
  ['a verdict on predictions only', () => renderVerdictHtml(failingVerdict(), null, context)],
  [
    'a first version that passes',
    () => {
      const verdict = failingVerdict();
      const subject = { ...verdict.subject, champion: null };
      const version = { version: curves.version, champion: null };
      return renderVerdictHtml(
        { ...verdict, outcome: 'pass', subject, checks: [check({})], measures: [] },
        version,
        { policyFile: 'sluice.yaml' },
      );
    },
  ],
  [
    'hostile names everywhere',
    () =>
      renderVerdictHtml(failingVerdict(hostile, hostile), curves, {
        policyFile: hostile,
        policyNote: hostile,
        headSha: hostile,
        reproduce: hostile,
      }),
  ],
  ['more than fits', () => renderVerdictHtml(enormous(), curves, context)],
];

const all = (page: Element): Element[] => [page, ...page.children.flatMap(all)];

describe.each(cases)('renderVerdictHtml of %s', (_, render) => {
  const text = render();
  const page = parseStrictly(text);
  const elements = all(page);
  const named = (...names: string[]): Element[] =>
    elements.filter(({ name }) => names.includes(name));

  it('is one file below the budget, without control characters', () => {
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(htmlBudget);
    expect(htmlBudget).toBeLessThanOrEqual(1_000_000);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(text).not.toMatch(/\p{Cs}/u);
  });

  it('runs nothing, loads nothing, and says so', () => {
    expect(
      named('script', 'link', 'img', 'iframe', 'object', 'embed', 'base', 'form', 'image', 'use'),
    ).toEqual([]);
    for (const { name, attributes } of elements)
      for (const [attribute, value] of attributes) {
        expect(attribute).not.toMatch(/^on|^style$|^src|^xlink/);
        if (attribute === 'href') expect(`${name} ${value}`).toMatch(/^a #[a-z]+$/);
      }
    const style = named('style')[0]?.text ?? '';
    expect(style).not.toMatch(/url\(|@import|https?:/);
    const hash = Buffer.from(digestOfBytes(style).slice(7), 'hex').toString('base64');
    const policy = named('meta').find(
      ({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy',
    );
    expect(policy?.attributes.get('content')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
  });

  it('has unique ids, and refers to none that is missing', () => {
    const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of elements)
      for (const reference of [
        attributes.get('aria-labelledby'),
        attributes.get('aria-describedby'),
        attributes.get('href')?.slice(1),
      ])
        if (reference !== undefined) expect(ids).toContain(reference);
  });

  it('names and describes every image, or hides it', () => {
    const images = named('svg');
    expect(images.length).toBeGreaterThan(0);
    for (const { attributes, children } of images) {
      if (attributes.get('aria-hidden') === 'true') continue;
      expect(attributes.get('role')).toBe('img');
      const [title, description] = children;
      expect([title?.name, description?.name]).toEqual(['title', 'desc']);
      expect(attributes.get('aria-labelledby')).toBe(title?.attributes.get('id'));
      expect(attributes.get('aria-describedby')).toBe(description?.attributes.get('id'));
      expect(title?.text.trim()).not.toBe('');
      expect(description?.text.trim()).not.toBe('');
    }
  });

  it('has its headings in order, and tables whose headers say what they head', () => {
    const levels = named('h1', 'h2', 'h3', 'h4').map(({ name }) => Number(name.slice(1)));
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    levels.forEach((level, index) =>
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1),
    );
    for (const { attributes } of named('th'))
      expect(attributes.get('scope')).toMatch(/^(row|col)$/);
    for (const { children } of named('table')) expect(children[0]?.name).toBe('caption');
  });
});

describe('renderVerdictHtml', () => {
  it('says first what came out, then why and what to do, then the figures', () => {
    const text = renderVerdictHtml(failingVerdict(), curves, context);
    const order = [
      'does not pass',
      '1 of 3 checks failed, 1 with a warning.',
      'a ratio of 0.590',
      'What to do:',
      'id="checks"',
      'id="groups"',
      'id="comparison"',
      'ROC curve',
      'Calibration',
      'Score distribution',
      `sha256:${'a'.repeat(64)}`,
    ].map((part) => text.indexOf(part));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
  });

  it('shows the state of what has no value', () => {
    const text = renderVerdictHtml(failingVerdict(), curves, context);
    expect(text).toContain('insufficient');
    expect(text).toMatch(/undefined: <bdi>no positives<\/bdi>/);
  });

  it('is the same for the same input', () => {
    const render = (): string => renderVerdictHtml(failingVerdict(), curves, context);
    expect(render()).toBe(render());
  });

  it('says how many groups are left out', () => {
    const measures = Array.from({ length: 60 }, (_, index) =>
      measure({ by: 'city', group: `city ${index}`, n: 100 + index }),
    );
    const text = renderVerdictHtml({ ...failingVerdict(), measures }, null, context);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'The 50 largest groups are shown. 10 smaller ones, with 1,045 rows together, are left out',
    );
    expect(text).toContain('city 10<');
    expect(text).not.toContain('city 9<');
  });

  it('draws lift up to its highest, and says what it is by tenths', () => {
    const text = renderVerdictHtml(failingVerdict(), curves, context).replace(/\s+/g, ' ');
    // The first 199th of the rows holds √(1/199) of the favorable ones: 14.1 times more than by chance.
    expect(text).toContain('Lift, from 0 to 15, over the share of rows selected');
    const table = text.slice(text.indexOf('Lift by share of rows selected'));
    expect(table.slice(0, 900)).toMatch(/0\.100.*3\.16.*1\.58/);
  });

  it('explains every metric that a check can have', () => {
    for (const metric of metricNames) {
      const checks = [check({ id: `${metric}/at_least`, measure: measure({ metric }) })];
      const text = renderVerdictHtml({ ...failingVerdict(), checks }, null, context);
      expect(text).toMatch(/<span class="meaning"\s*>[A-Z]/);
    }
  });

  it('colours the confusion by shares of the label, and says each in words', () => {
    const text = renderVerdictHtml(failingVerdict(), null, {
      ...context,
      figures: classFigures(['a', 'b', 'c']),
    });
    expect(text).toContain('<td class="figure right-e"><strong>90 (100 %)</strong></td>');
    expect(text).toContain('<td class="figure wrong-a">3 (3 %)</td>');
    expect(text).toContain('<td class="figure">0 (0 %)</td>');
    expect(text).not.toContain('most frequent mistakes');
  });

  it('lists the mistakes of many classes instead', () => {
    const names = Array.from({ length: 30 }, (_, at) => `class ${at}`);
    const text = renderVerdictHtml(failingVerdict(), null, {
      ...context,
      figures: classFigures(names),
    });
    expect(text).toContain('The 20 most frequent mistakes of 435');
    expect(text).not.toContain('Rows by label, down');
  });

  it('draws the curves of the classes that rank worst, says so, and has their figures in tables', () => {
    const render = (names: readonly string[]): string =>
      renderVerdictHtml(failingVerdict(), null, { ...context, figures: classFigures(names) });
    const few = render(['a', 'b']);
    expect((few.match(/<title id="[^"]*">ROC curve<\/title>/g) ?? []).length).toBe(2);
    expect((few.match(/<title id="[^"]*">Precision–recall curve<\/title>/g) ?? []).length).toBe(2);
    expect((few.match(/<title id="[^"]*">Lift curve<\/title>/g) ?? []).length).toBe(2);
    // Of each class, and of what is predicted.
    expect(few).toContain('Share of rows predicted right');
    expect((few.match(/Calibration by tenths of the score/g) ?? []).length).toBe(2);
    expect(few).toContain('Confidence by tenths of the score');
    expect(few).toContain('AUC about 0.700');
    expect(few).toMatch(/<h4\s*><bdi>a<\/bdi>, 90 rows<\/h4>/);
    expect(few).not.toContain('are not shown');
    const many = render(Array.from({ length: 30 }, (_, at) => `class ${at}`));
    expect((many.match(/<title id="[^"]*">ROC curve<\/title>/g) ?? []).length).toBe(6);
    expect(many).toContain('24 more, which rank better, are not shown.');
  });

  it('draws a regression, and says in tables what it draws', () => {
    const text = renderVerdictHtml(failingVerdict(), null, { ...context, figures: numberFigures });
    for (const part of ['Labels by prediction', 'Errors', 'Share of rows by error', 'Tenth'])
      expect(text).toContain(part);
    expect((text.match(/<circle\s+class="dot"/g) ?? []).length).toBe(40);
    expect(text).not.toMatch(/NaN|Infinity/);
  });
});
