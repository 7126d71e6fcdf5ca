import { stripVTControlCharacters } from 'node:util';

const gap = '  ';
const narrowest = 12;

/** Columns on the screen: an emoji takes two, and its variation selector none. */
export const widthOf = (text: string): number =>
  [...stripVTControlCharacters(text).replaceAll('\ufe0f', '')].reduce(
    (width, character) => width + (/\p{Emoji_Presentation}/u.test(character) ? 2 : 1),
    0,
  );

/** Breaks a line at spaces; what follows the break keeps the indentation of the line. */
export const wrap = (line: string, width: number): string[] => {
  if (widthOf(line) <= width) return [line];
  const indentation = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indentation;
  for (const word of line.trim().split(' ')) {
    const longer = current.trim() === '' ? `${current}${word}` : `${current} ${word}`;
    if (widthOf(longer) > width && current.trim() !== '') {
      lines.push(current);
      current = `${indentation}${word}`;
    } else current = longer;
  }
  return [...lines, current];
};

/** Rows as columns. Where they don't fit, the widest column gives way and its cells take several lines. */
export const alignTable = (
  rows: readonly (readonly string[])[],
  { width, toTheRight }: { width: number; toTheRight: readonly boolean[] },
): string[] => {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  fit(widths, width - gap.length * (columns - 1));
  return rows.flatMap((row) => {
    const cells = widths.map((limit, column) => wrap(row[column] ?? '', limit));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, column) => {
          const text = lines[line] ?? '';
          const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(text)));
          return toTheRight[column] ? padding + text : text + padding;
        })
        .join(gap)
        .trimEnd(),
    );
  });
};

const fit = (widths: number[], available: number): void => {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= narrowest) return;
    widths[widest] = width - 1;
    excess -= 1;
  }
};
