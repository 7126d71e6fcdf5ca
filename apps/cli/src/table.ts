import { stripVTControlCharacters } from 'node:util';
import type { Colors } from './terminal.js';

const gap = '  ';

/** Rows as aligned columns under bold headings. Cells may hold colours; numbers stand to the right. */
export const renderTable = (
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  colors: Colors,
): string => {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column] ?? '')].map(widthOf)),
  );
  const numeric = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[\d.,–-]*$/.test(strip(row[column]))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
        return numeric[column] ? padding + cell : cell + padding;
      })
      .join(gap)
      .trimEnd();
  return [
    line(headings.map((heading) => (heading === '' ? '' : colors.bold(heading)))),
    ...rows.map(line),
  ].join('\n');
};

const strip = (cell: string | undefined): string => stripVTControlCharacters(cell ?? '');

const widthOf = (cell: string): number => [...strip(cell)].length;

/** Enough of a digest to tell it from others by eye; commands that take digests want it whole. */
export const shortDigest = (digest: string | null): string =>
  digest === null ? '–' : digest.replace(/^sha256:/, '').slice(0, 12);

/** `2026-03-01 09:30:05`, in the reader's own time zone. */
export const localTime = (timestamp: string): string => {
  const time = new Date(timestamp);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
};
