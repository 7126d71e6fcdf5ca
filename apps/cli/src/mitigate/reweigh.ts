import { readColumns, writeTable, type DatasetSource } from '@sluice/engine';
import { groupName, reweighing, weighedBaseRates, type LabelCounts } from '@sluice/evaluation';
import { rowsByGroup, weightColumns, weightsOf, type LabelledRows } from './grouped-rows.js';
import type { DataFigure, MitigationResult } from './mitigation-result.js';
import { emptyResult } from './training-data.js';
import { fitTable, judgeTable, type Workplace } from './workplace.js';

/** Weights for retraining: no row and no feature changes. */
export const reweigh = async (workplace: Workplace): Promise<MitigationResult> => {
  const { options, policy, output, attention } = workplace;
  const [fit, judge] = [fitTable(workplace), judgeTable(workplace)];
  const name = options.column ?? 'weight';
  const fitted = await readRows(fit, workplace);
  const judged = await readRows(judge, workplace);
  const { weights } = await attention.compute('weighing groups', () => reweighing(fitted.counts));
  if (output !== null) {
    const values = Float64Array.from(fitted.group, (group, row) => {
      const weight = weights[group] as LabelCounts;
      const own = fitted.weight?.[row] ?? 1;
      return own * (fitted.favorable[row] ? weight.favorable : weight.unfavorable);
    });
    attention.progress(`writing ${output}`);
    await writeTable({ source: fit, columns: [{ name, values }], output }, attention.signal);
  }
  const known = new Map(weights.map((weight) => [JSON.stringify(weight.group), weight]));
  const matched = judged.counts.flatMap((counts) => {
    const weight = known.get(JSON.stringify(counts.group));
    return weight === undefined ? [] : [{ counts, weight }];
  });
  return {
    ...emptyResult(workplace),
    notes: [
      `Weights are fitted to ${fit.name}; ${judge.name} shows what the same weights do to rows that the fit has not seen.`,
      ...(policy.columns.weight === undefined
        ? []
        : [
            `Rows count by ${JSON.stringify(policy.columns.weight)}, and the new weights have it in them already.`,
          ]),
      `Weights change no model by themselves: train again with ${JSON.stringify(name)} as the weight of each row, then compare with sluice evaluate --artifact NEW.onnx --champion OLD.onnx.`,
    ],
    data: [
      ...baseRateFigures(`${fit.name}: `, weighedBaseRates(fitted.counts, weights)),
      ...baseRateFigures(
        `${judge.name}: `,
        weighedBaseRates(
          matched.map(({ counts }) => counts),
          matched.map(({ weight }) => weight),
        ),
      ),
    ],
    weights,
    outputs: output === null ? [] : [output],
  };
};

/** The rows of a table by group and label, and what each weighs. */
const readRows = async (
  table: DatasetSource,
  workplace: Workplace,
): Promise<LabelledRows & { readonly weight: Float64Array | undefined }> => {
  const { policy, by, attention } = workplace;
  attention.progress(`${table.name}: reading the data`);
  const wanted = { texts: [policy.columns.label, ...by], numbers: weightColumns(policy) };
  const columns = await readColumns(table, wanted, attention.signal);
  const weight = weightsOf(columns, policy, table.name);
  return { ...rowsByGroup(columns, workplace, weight), weight };
};

const baseRateFigures = (
  prefix: string,
  rates: ReturnType<typeof weighedBaseRates>,
): DataFigure[] => {
  const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  const [before, after] = [rates.map((rate) => rate.before), rates.map((rate) => rate.after)];
  return [
    ...rates.map((rate) => ({
      name: `${prefix}share of favorable labels, ${groupName(rate.group)}`,
      before: rate.before,
      after: rate.after,
    })),
    {
      name: `${prefix}largest difference between groups`,
      before: rates.length < 2 ? null : spread(before),
      after: rates.length < 2 ? null : spread(after),
    },
  ];
};
