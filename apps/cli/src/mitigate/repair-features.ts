import { SluiceError } from '@sluice/contracts';
import {
  readColumns,
  writeTable,
  type DatasetSource,
  type NewColumn,
  type TableColumns,
} from '@sluice/engine';
import {
  fitCorrelation,
  fitQuantileRepair,
  groupName,
  indicators,
  repaired,
  withoutCorrelation,
  type QuantileMap,
} from '@sluice/evaluation';
import { beforeAfter } from './before-after.js';
import { largestCorrelation, largestDistance } from './group-distance.js';
import { groupsOfRows, weightColumns, weightsOf } from './grouped-rows.js';
import type { DataFigure, MitigationResult } from './mitigation-result.js';
import { scoreTable } from './scored-table.js';
import { emptyResult } from './training-data.js';
import { fitTable, judgeTable, writeDraft, type Workplace } from './workplace.js';

/** Changes numeric features so that they tell less of the group, in the training data and in the data judged by. */
export const repairFeatures = async (workplace: Workplace): Promise<MitigationResult> => {
  const { options, policy, by, output, outputJudge, model, attention } = workplace;
  const [fit, judge] = [fitTable(workplace), judgeTable(workplace)];
  const features = await featuresOf(workplace, fit);
  const read = async (table: DatasetSource): Promise<WeighedColumns> => {
    attention.progress(`${table.name}: reading the data`);
    const wanted = { texts: by, numbers: [...features, ...weightColumns(policy)] };
    const columns = await readColumns(table, wanted, attention.signal);
    return { ...columns, weight: weightsOf(columns, policy, table.name) };
  };
  const write = async (
    source: DatasetSource,
    columns: readonly NewColumn[],
    path: string,
  ): Promise<void> => {
    attention.progress(`${source.name}: writing the changed rows`);
    await writeTable({ source, columns, output: path }, attention.signal);
  };
  const [fitted, judged] = [await read(fit), await read(judge)];
  const method = options.method === 'disparate-impact-remover' ? quantileRepair : decorrelation;
  const change = await attention.compute('fitting the features', () =>
    method(fitted, workplace, features, fit),
  );
  const columns = await attention.compute('changing the features', () =>
    change.columnsOf(judged, judge),
  );
  const measures = [];
  if (model !== null) {
    const draft = await writeDraft(workplace, 'judged', {
      source: judge,
      columns,
      name: judge.name,
    });
    const before = await scoreTable(judge, workplace);
    const after = await scoreTable(draft, workplace);
    measures.push(
      ...(await attention.compute('measuring, with intervals', () =>
        beforeAfter(policy, by, before.profiled.profile, after.profiled.profile),
      )),
    );
  }
  if (output !== null) await write(fit, change.columnsOf(fitted, fit), output);
  if (outputJudge !== null) await write(judge, columns, outputJudge);
  return {
    ...emptyResult(workplace),
    notes: [
      `Fitted to ${fit.name}, judged by ${judge.name}, whose rows the fit has not seen.`,
      model === null
        ? 'There is no model to judge: the figures are of the features alone.'
        : 'The model was not trained again: the figures are what it says of the changed rows. Train on the changed table, and change what it is served in the same way.',
    ],
    measures,
    data: await attention.compute('comparing groups', () => change.figures(judged, columns)),
    outputs: [output, outputJudge].filter((path) => path !== null),
  };
};

interface WeighedColumns extends TableColumns {
  readonly weight: Float64Array | undefined;
}

interface FeatureChange {
  columnsOf(table: TableColumns, file: DatasetSource): NewColumn[];
  figures(table: WeighedColumns, changed: readonly NewColumn[]): DataFigure[];
}

type FeatureMethod = (
  fitted: WeighedColumns,
  workplace: Workplace,
  features: readonly string[],
  file: DatasetSource,
) => FeatureChange;

const quantileRepair: FeatureMethod = (fitted, { by, options }, features) => {
  const { group, groups } = groupsOfRows(fitted, by);
  const numbersOf = (table: TableColumns, feature: string): Float64Array =>
    table.numbers.get(feature) as Float64Array;
  const maps = new Map(
    features.map((feature): [string, QuantileMap[]] => {
      const values = numbersOf(fitted, feature);
      const inGroup = groups.map((name, at) => ({
        group: name,
        values: values.filter((_, row) => group[row] === at),
        weight: fitted.weight?.filter((_, row) => group[row] === at),
      }));
      return [feature, fitQuantileRepair(inGroup)];
    }),
  );
  return {
    columnsOf: (table, file) => {
      const rows = groupsOfRows(table, by);
      const positions = rows.groups.map((name) => {
        const at = groups.findIndex((known) => JSON.stringify(known) === JSON.stringify(name));
        if (at === -1)
          throw new SluiceError(
            'invalid_data',
            `${file.name} has the group ${groupName(name)}, which the fit has not seen.`,
          );
        return at;
      });
      return features.map((name) => ({
        name,
        values: numbersOf(table, name).map((value, row) => {
          const at = positions[rows.group[row] as number] as number;
          return repaired(maps.get(name)?.[at] as QuantileMap, value, options.level);
        }),
      }));
    },
    figures: (table, changed) =>
      features.map((name, index) => {
        const rows = groupsOfRows(table, by);
        return {
          name: `${name}: largest distance between the distributions of two groups (KS)`,
          before: largestDistance(numbersOf(table, name), rows, table.weight),
          after: largestDistance(changed[index]?.values as Float64Array, rows, table.weight),
        };
      }),
  };
};

const decorrelation: FeatureMethod = (fitted, { by, options }, features, fit) => {
  const known = by.map((column) => [...new Set(fitted.texts.get(column))].toSorted());
  const sensitiveOf = (table: TableColumns): Float64Array[] =>
    by.flatMap((column, index) =>
      indicators(table.texts.get(column) as string[], known[index] as string[]),
    );
  const complete = (table: TableColumns, file: DatasetSource): Float64Array[] =>
    features.map((feature) => {
      const values = table.numbers.get(feature) as Float64Array;
      const missing = values.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0);
      if (missing > 0)
        throw new SluiceError(
          'invalid_data',
          `${file.name} has no value of ${feature} in ${missing} rows, and correlation is of rows with values; fill them, or leave the feature out.`,
        );
      return values;
    });
  const learned = fitCorrelation(sensitiveOf(fitted), complete(fitted, fit), fitted.weight);
  const correlation = (values: Float64Array, table: WeighedColumns): number | null =>
    largestCorrelation(values, sensitiveOf(table), table.weight);
  return {
    columnsOf: (table, file) => {
      const values = complete(table, file);
      const sensitive = sensitiveOf(table);
      return features.map((name, index) => ({
        name,
        values: withoutCorrelation(
          learned,
          index,
          sensitive,
          values[index] as Float64Array,
          options.level,
        ),
      }));
    },
    figures: (table, changed) =>
      features.map((name, index) => ({
        name: `${name}: largest correlation with a group`,
        before: correlation(table.numbers.get(name) as Float64Array, table),
        after: correlation(changed[index]?.values as Float64Array, table),
      })),
  };
};

/** Those of --feature; else the numeric columns among the policy's features. */
const featuresOf = async (
  { options, policy, by, attention }: Workplace,
  fit: DatasetSource,
): Promise<readonly string[]> => {
  if (options.feature.length > 0) return options.feature;
  const { kinds } = await readColumns(fit, {}, attention.signal);
  const numeric = (policy.columns.features ?? []).filter(
    (name) => ['integer', 'number'].includes(kinds.get(name) ?? '') && !by.includes(name),
  );
  if (numeric.length > 0) return numeric;
  throw new SluiceError(
    'invalid_request',
    `Name the numeric columns to change with --feature, once for each; ${fit.name} has: ${[...kinds]
      .filter(([, kind]) => kind === 'integer' || kind === 'number' || kind === 'untyped')
      .map(([name]) => name)
      .join(', ')}.`,
  );
};
