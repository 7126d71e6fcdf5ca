import { isDriftMetric, type Measure, type Verdict } from '@sluice/contracts';

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

/** The version's figures by group, a table for each protected column, in the verdict's order. */
export const groupTables = (verdict: Verdict): GroupTable[] => {
  const ofVersion = verdict.measures.filter(
    (measure) => measure.of === 'version' && measure.by !== null && measure.group !== null,
  );
  const columns = [...new Set(ofVersion.map((measure) => measure.by as string))];
  return columns.map((column) => {
    const inColumn = ofVersion.filter((measure) => measure.by === column);
    const groups = [...new Set(inColumn.map((measure) => measure.group as string))];
    return {
      column,
      rows: groups.map((group) => {
        const find = (metric: string): Measure | undefined =>
          inColumn.find((measure) => measure.group === group && measure.metric === metric);
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
  readonly by: string | null;
  readonly version: Measure;
  readonly champion: Measure | undefined;
  readonly difference: Measure | undefined;
}

export const comparisonRows = (verdict: Verdict): ComparisonRow[] => {
  const overall = verdict.measures.filter(
    ({ group, metric }) => group === null && !isDriftMetric(metric),
  );
  return overall
    .filter((measure) => measure.of === 'version')
    .map((version) => {
      const find = (of: Measure['of']): Measure | undefined =>
        overall.find(
          (measure) =>
            measure.of === of && measure.metric === version.metric && measure.by === version.by,
        );
      return {
        metric: version.metric,
        by: version.by,
        version,
        champion: find('champion'),
        difference: find('difference'),
      };
    });
};
