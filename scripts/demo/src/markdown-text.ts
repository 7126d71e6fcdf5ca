import type picocolors from 'picocolors';
import { alignTable } from './text-layout.js';

type Colors = ReturnType<typeof picocolors.createColors>;

interface Layout {
  colors: Colors;
  /** The most columns of the screen that a table may take. */
  width: number;
}

/**
 * GitHub's Markdown as a terminal can show it: tables in columns, headings and strong words bold, what GitHub
 * hides or folds hidden or folded. It knows what a verdict's comment uses, not all of Markdown.
 */
export const markdownToText = (markdown: string, layout: Layout): string => {
  const blocks: string[] = [];
  const lines = markdown
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/<details>\s*<summary>(.*?)<\/summary>[\s\S]*?<\/details>\n*/g, '▸ $1\n')
    .split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line.startsWith('|')) {
      const rows = lines.slice(index).findIndex((row) => !row.startsWith('|'));
      const end = rows < 0 ? lines.length : index + rows;
      blocks.push(...tableRows(lines.slice(index, end), layout));
      index = end - 1;
    } else blocks.push(...lineText(line, layout.colors));
  }
  return blocks
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
};

const lineText = (line: string, colors: Colors): string[] => {
  if (line === '---') return [''];
  const heading = /^#+ (.*)$/.exec(line);
  if (heading) return [colors.bold(inline(heading[1] ?? '', colors))];
  // A break at the start of a line ends the one before it, which ends there anyway.
  const parts = line.replace(/^( *)<br>/, '$1').split('<br>');
  return parts.map((part) => inline(part, colors));
};

const inline = (text: string, colors: Colors): string =>
  unescape(
    text
      .replaceAll(/<\/?(?:sub|sup|b|i)>/g, '')
      .replaceAll(/\*\*(.+?)\*\*/g, (_, strong: string) => colors.bold(strong))
      .replaceAll(/`([^`]*)`/g, '$1')
      .replaceAll(/(?<!\\)\[([^\]]+)\]\(([^)]+)\)/g, '$1'),
  );

const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

const unescape = (text: string): string =>
  text
    .replaceAll(/\\([\\`*_{}[\]()#+!|~])/g, '$1')
    .replaceAll(/&(?:lt|gt|amp);/g, (entity) => entities[entity] ?? entity)
    .replaceAll('\u200b', '');

const tableRows = (lines: readonly string[], layout: Layout): string[] => {
  const [heading = [], rule = [], ...rows] = lines.map((line) =>
    line
      .replace(/^\|/, '')
      .replace(/\|\s*$/, '')
      .split(/(?<!\\)\|/)
      .map((cell) => inline(cell.trim(), layout.colors)),
  );
  return alignTable([heading.map(layout.colors.dim), ...rows], {
    width: layout.width,
    toTheRight: rule.map((cell) => cell.endsWith(':')),
  });
};
