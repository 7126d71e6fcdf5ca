import type { Shortfall } from '../measure.js';

type RowWords = Shortfall['rows'];

/** Rows of two classes, as they are called where the favorable one is a class among several. */
export const wordsOfClass = (rows: RowWords, name?: string): RowWords => {
  const shown = name === undefined ? null : classShown(name);
  const own = shown === null ? 'of the class' : `of ${shown}`;
  const others = shown === null ? 'of other classes' : `not of ${shown}`;
  const renamed = (words: string): string =>
    words
      .replace(
        /^(rows?) that (?:is|are) favorable or predicted favorable/,
        `$1 ${own} or predicted so`,
      )
      .replace('predicted unfavorable', `predicted to be ${others}`)
      .replace('predicted favorable', `predicted to be ${own}`)
      .replace(/^unfavorable (rows?)/, `$1 ${others}`)
      .replace(/^favorable (rows?)/, `$1 ${own}`);
  return [renamed(rows[0]), renamed(rows[1])];
};

export const classShown = (name: string): string => JSON.stringify(name.slice(0, 60));
