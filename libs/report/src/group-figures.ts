import { isDriftMetric, type Measure, type Verdict } from '@sluice/contracts';
import { measureParts } from './figures.js';

/** A group's figures side by side, as they are compared. */
export interface GroupRow {
  readonly group: string;
  readonly rows: number;
  readonly selectionRate: Measure | undefined;
  readonly truePositiveRate: Measure | undefined;
  readonly falsePositiveRate: Measure | undefined;
  readonly accuracy: Measure | undefined;
}

export interface GroupTable {
  readonly column: string;
  readonly rows: readonly GroupRow[];
}

/** The version's figures by group, a table for each protected column or intersection, in the verdict's order. */
export const groupTables = (verdict: Verdict): GroupTable[] => {
  const ofVersion = verdict.measures.filter(
    ({ of, by, group, across, within }) =>
      of === 'version' &&
      by !== null &&
      group !== null &&
      across === undefined &&
      within === undefined,
  );
  const columns = [...new Set(ofVersion.map((measure) => measure.by as string))];
  const compared = columns.filter((column) =>
    ofVersion.some(({ by, metric }) => by === column && metric === 'selection_rate'),
  );
  return compared.map((column) => {
    const inColumn = ofVersion.filter((measure) => measure.by === column);
    const found = firstBy(inColumn, cellOf);
    const groups = [...new Set(inColumn.map((measure) => measure.group as string))];
    return {
      column,
      rows: groups.map((group) => {
        const find = (metric: string): Measure | undefined => found.get(cellOf({ group, metric }));
        return {
          group,
          rows: find('selection_rate')?.n ?? 0,
          selectionRate: find('selection_rate'),
          truePositiveRate: find('true_positive_rate'),
          falsePositiveRate: find('false_positive_rate'),
          accuracy: find('accuracy'),
        };
      }),
    };
  });
};

/** A metric of the version beside the champion's and the difference between them, where there are any. */
export interface ComparisonRow {
  readonly metric: string;
  /** The column, with the group or stratum where it is of one. */
  readonly by: string | null;
  /** What is made of the metric, in brackets; empty when it is the metric itself. */
  readonly made: string;
  readonly version: Measure;
  readonly champion: Measure | undefined;
  readonly difference: Measure | undefined;
}

export const comparisonRows = (verdict: Verdict): ComparisonRow[] => {
  const listed = verdict.measures.filter(isOfMoreThanOneGroup);
  const found = firstBy(listed, (measure) => `${measure.of} ${sameFigure(measure)}`);
  return listed
    .filter((measure) => measure.of === 'version')
    .map((version) => {
      const figure = sameFigure(version);
      const find = (of: Measure['of']): Measure | undefined => found.get(`${of} ${figure}`);
      return {
        ...measureParts(version),
        version,
        champion: find('champion'),
        difference: find('difference'),
      };
    });
};

/** Figures of single groups stand in the groups' tables, and those of drift in their own; those that compare them, or are of a stratum, stand here. */
const isOfMoreThanOneGroup = ({
  metric,
  group,
  across,
  within,
  class: ofClass,
}: Measure): boolean =>
  !isDriftMetric(metric) &&
  ((group === null && ofClass === undefined) || across !== undefined || within !== undefined);

const cellOf = ({ group, metric }: { group: string | null; metric: string }): string =>
  JSON.stringify([group, metric]);

/** The first measure of each key. Looked for one by one, those of thousands of groups would take minutes. */
const firstBy = (
  measures: readonly Measure[],
  keyOf: (measure: Measure) => string,
): ReadonlyMap<string, Measure> =>
  new Map(measures.toReversed().map((measure) => [keyOf(measure), measure]));

const sameFigure = ({
  metric,
  by,
  group,
  across,
  within,
  parameter,
  class: ofClass,
}: Measure): string => JSON.stringify([metric, by, group, across, within, parameter, ofClass]);
