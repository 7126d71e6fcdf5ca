import { join } from 'node:path';
import { SluiceError } from '@sluice/contracts';
import { readColumns, writeTable, type NewColumn, type TableColumns } from '@sluice/engine';
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
import { groupsOfRows } from './grouped-rows.js';
import type { DataFigure, MitigationResult } from './mitigation-result.js';
import { scoreTable } from './scored-table.js';
import { emptyResult, requireFit, requireTableOutput } from './training-data.js';
import type { TableFile, Workplace } from './workplace.js';

/** Changes numeric features so that they tell less of the group, in the training data and in the data judged by. */
export const repairFeatures = async (workplace: Workplace): Promise<MitigationResult> => {
  const { options, policy, by, output, outputJudge, model, drafts, context } = workplace;
  const fit = requireFit(workplace);
  requireTableOutput(workplace);
  const judge = workplace.judge ?? workplace.evaluation;
  const features = await featuresOf(workplace, fit);
  const read = (table: TableFile): Promise<TableColumns> =>
    readColumns(table, { texts: by, numbers: features }, context.signal);
  const [fitted, judged] = [await read(fit), await read(judge)];
  const method = options.method === 'disparate-impact-remover' ? quantileRepair : decorrelation;
  const change = method(fitted, workplace, features, fit);
  const columns = change.columnsOf(judged, judge);
  const draft: TableFile = { path: join(drafts, 'judged.parquet'), name: judge.name };
  await writeTable({ source: judge, columns, output: draft.path });
  const measures = [];
  if (model !== null) {
    const before = await scoreTable(judge, workplace);
    const after = await scoreTable(draft, workplace);
    measures.push(...beforeAfter(policy, by, before.profiled.profile, after.profiled.profile));
  }
  if (output !== null)
    await writeTable({ source: fit, columns: change.columnsOf(fitted, fit), output });
  if (outputJudge !== null) await writeTable({ source: judge, columns, output: outputJudge });
  return {
    ...emptyResult(workplace),
    notes: [
      `Fitted to ${fit.name}, judged by ${judge.name}, whose rows the fit has not seen.`,
      model === null
        ? 'There is no model to judge: the figures are of the features alone.'
        : 'The model was not trained again: the figures are what it says of the changed rows. Train on the changed table, and change what it is served in the same way.',
    ],
    measures,
    data: change.figures(judged, columns),
    outputs: [output, outputJudge].filter((path) => path !== null),
  };
};

interface FeatureChange {
  columnsOf(table: TableColumns, file: TableFile): NewColumn[];
  figures(table: TableColumns, changed: readonly NewColumn[]): DataFigure[];
}

type FeatureMethod = (
  fitted: TableColumns,
  workplace: Workplace,
  features: readonly string[],
  file: TableFile,
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
        const { group: rows } = groupsOfRows(table, by);
        return {
          name: `${name}: largest distance between the distributions of two groups (KS)`,
          before: largestDistance(numbersOf(table, name), rows),
          after: largestDistance(changed[index]?.values as Float64Array, rows),
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
  const complete = (table: TableColumns, file: TableFile): Float64Array[] =>
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
  const learned = fitCorrelation(sensitiveOf(fitted), complete(fitted, fit));
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
        before: largestCorrelation(table.numbers.get(name) as Float64Array, sensitiveOf(table)),
        after: largestCorrelation(changed[index]?.values as Float64Array, sensitiveOf(table)),
      })),
  };
};

/** Those of --feature; else the numeric columns among the policy's features. */
const featuresOf = async (
  { options, policy, by, context }: Workplace,
  fit: TableFile,
): Promise<readonly string[]> => {
  if (options.feature.length > 0) return options.feature;
  const { kinds } = await readColumns(fit, {}, context.signal);
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
