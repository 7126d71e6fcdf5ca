import type { TaskFigures } from '@sluice/contracts';
import { html, userText, type Markup } from './markup.js';
import { countText, type Page } from './page.js';
import { table } from './table.js';

type Confusion = NonNullable<TaskFigures['confusion']>;

/** More classes than this make a table that nobody reads. */
const mostClasses = 20;
const mostMistakes = 20;
const mostClassesAtAGlance = 6;
const grades = ['a', 'b', 'c', 'd', 'e'] as const;

/**
 * Rows by label and prediction. A cell is the darker the larger its share of the rows of the label; each says its share and
 * its rows, so that nothing is told by colour alone. Of many classes, the most frequent mistakes instead.
 */
export const confusion = (page: Page, found: Confusion): Markup =>
  html`${found.classes.length > mostClasses ? null : matrix(page, found)}${mistakes(page, found)}`;

const shareOf = (count: number, row: readonly number[]): number => {
  const rows = row.reduce((sum, each) => sum + each, 0);
  return rows === 0 ? 0 : count / rows;
};

/** 0 has no colour, which sets it apart from a little; half of a label predicted wrong is as bad as it gets. */
const gradeOf = (share: number, isRight: boolean): string | null => {
  if (share === 0) return null;
  const grade = Math.floor(share * grades.length * (isRight ? 1 : 2));
  return `${isRight ? 'right' : 'wrong'}-${grades[Math.min(grades.length - 1, grade)]}`;
};

const matrix = (page: Page, { classes, counts }: Confusion): Markup =>
  table({
    id: page.id,
    caption:
      'Rows by label, down, and prediction, across; rows that are predicted right are bold, and each cell says its share of the rows of the label',
    columns: [
      { title: 'Label' },
      ...classes.map((name) => ({
        title: name.slice(0, page.bounds.name),
        kind: 'figure' as const,
      })),
    ],
    rows: classes.map((name, label) => {
      const own = counts[label] as readonly number[];
      return [
        userText(name, page.bounds.name),
        ...own.map((count, prediction) => {
          const text = `${countText(count)}${own.every((each) => each === 0) ? '' : ` (${percent(shareOf(count, own))})`}`;
          return label === prediction ? html`<strong>${text}</strong>` : text;
        }),
      ];
    }),
    cellClass: (label, column) => {
      if (column === 0) return null;
      const own = counts[label] as readonly number[];
      return gradeOf(shareOf(own[column - 1] as number, own), label === column - 1);
    },
  });

const percent = (share: number): string => {
  const whole = Math.round(100 * share);
  return share > 0 && whole === 0 ? 'below 1 %' : `${whole} %`;
};

const mistakes = (page: Page, { classes, counts }: Confusion): Markup | null => {
  const all = counts.flatMap((own, label) =>
    own.flatMap((count, prediction) =>
      label === prediction || count === 0 ? [] : [{ label, prediction, count, own }],
    ),
  );
  // Of few classes, the matrix says it all.
  if (classes.length <= mostClassesAtAGlance) return null;
  const shown = all.toSorted((a, b) => b.count - a.count).slice(0, mostMistakes);
  const named = (at: number): Markup | string => userText(classes[at] as string, page.bounds.name);
  return table({
    id: page.id,
    caption: `The ${shown.length} most frequent mistakes of ${all.length}`,
    columns: [
      { title: 'Label' },
      { title: 'Taken for' },
      { title: 'Rows', kind: 'figure' },
      { title: 'Share of the label', kind: 'figure' },
    ],
    rows: shown.map(({ label, prediction, count, own }) => [
      named(label),
      named(prediction),
      countText(count),
      percent(shareOf(count, own)),
    ]),
  });
};
