import type { Measure, MetricName, Verdict } from '@sluice/contracts';

/** Figures side by side: of the classes, or of the groups of a column. */
export interface FigureTable {
  /** The protected column; null for a table of the classes. */
  readonly column: string | null;
  readonly metrics: readonly MetricName[];
  readonly rows: readonly {
    readonly name: string;
    readonly figures: readonly (Measure | undefined)[];
  }[];
}

const ofClasses: readonly MetricName[] = [
  'precision',
  'true_positive_rate',
  'f1_score',
  'roc_auc',
  'base_rate',
  'selection_rate',
];
const ofGroups: readonly MetricName[] = [
  'accuracy',
  'balanced_accuracy',
  'macro_f1_score',
  'mean_absolute_error',
  'root_mean_squared_error',
  'mean_error',
  'mean_prediction',
];

/** The version's figures by class and, of tasks other than binary classification, by group. */
export const taskTables = ({ measures }: Verdict): FigureTable[] => {
  const own = measures.filter(
    ({ of, across, within }) => of === 'version' && across === undefined && within === undefined,
  );
  const classes = own.filter((measure) => measure.class !== undefined && measure.group === null);
  const inGroups = own.filter((measure) => measure.group !== null && measure.class === undefined);
  const columns = [...new Set(inGroups.map(({ by }) => by as string))]
    .map((by) => ({ by, own: inGroups.filter((measure) => measure.by === by) }))
    // Of two classes, rates are compared by group, in a table of their own.
    .filter((column) => !column.own.some(({ metric }) => metric === 'selection_rate'));
  return [
    tableOf(null, ofClasses, classes, (measure) => measure.class as string),
    ...columns.map((column) =>
      tableOf(column.by, ofGroups, column.own, (measure) => measure.group as string),
    ),
  ].filter(({ rows, metrics }) => rows.length > 0 && metrics.length > 0);
};

const tableOf = (
  column: string | null,
  known: readonly MetricName[],
  measures: readonly Measure[],
  nameOf: (measure: Measure) => string,
): FigureTable => {
  const metrics = known.filter((metric) => measures.some((measure) => measure.metric === metric));
  const names = [...new Set(measures.map(nameOf))];
  return {
    column,
    metrics,
    rows: names.map((name) => ({
      name,
      figures: metrics.map((metric) =>
        measures.find((measure) => measure.metric === metric && nameOf(measure) === name),
      ),
    })),
  };
};
