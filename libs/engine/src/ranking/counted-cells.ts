import { panelsOf, type Layout } from '../assembly/layout.js';
import type { CodedCell } from '../assembly/panel-slices.js';
import type { CodedPanel } from './combinations.js';
import { PanelKeys } from './panel-keys.js';
import { markings } from './row-buffer.js';
import type { ScoreSource } from './score-source.js';
import { countAt, type CountedPanel } from './taken-rows.js';

/** The panels of a layout, as threads know them. */
export const codedPanels = (layout: Layout): CodedPanel[] =>
  panelsOf(layout).map(({ columns }) => ({
    columns,
    sizes: columns.map(
      (column) => (layout.columns[column] as Layout['columns'][number]).names.length,
    ),
  }));

/** The cells of all rows, by panel, from what threads counted of theirs. */
export const cellsOf = (
  { layout, relation }: ScoreSource,
  counted: readonly (readonly CountedPanel[])[],
): CodedCell[][] =>
  codedPanels(layout).map(({ sizes }, index) => {
    const keys = new PanelKeys(sizes);
    return counted.flatMap((panels) => {
      const own = panels[index] as CountedPanel;
      return own.keys.flatMap((key, at) => {
        const codes = keys.codesOf(key);
        return Array.from({ length: markings }, (_, mark) => ({
          codes,
          cell: {
            label: (mark & 1) === 1,
            prediction: (mark & 2) === 2,
            champion: relation.champion === null ? null : (mark & 4) === 4,
            rows: rowsOf(own, at, mark),
            weight: { sum: 0n, squares: 0n },
            amount: { sum: 0n, squares: 0n },
          },
        })).filter(({ cell }) => cell.rows > 0);
      });
    });
  });

/** Of all parts, and of those left out. */
const rowsOf = (panel: CountedPanel, combination: number, mark: number): number => {
  let rows = 0;
  for (let part = 0; part < panel.parts; part += 1) rows += countAt(panel, combination, part, mark);
  return rows;
};
