import { readColumns, writeTable, type TableColumns } from '@sluice/engine';
import { groupName, reweighing, weighedBaseRates, type LabelCounts } from '@sluice/evaluation';
import { rowsByGroup } from './grouped-rows.js';
import type { DataFigure, MitigationResult } from './mitigation-result.js';
import { emptyResult, requireFit, requireTableOutput } from './training-data.js';
import type { TableFile, Workplace } from './workplace.js';

/** Weights for retraining: no row and no feature changes. */
export const reweigh = async (workplace: Workplace): Promise<MitigationResult> => {
  const { options, policy, by, output, context } = workplace;
  const fit = requireFit(workplace);
  requireTableOutput(workplace);
  const name = options.column ?? 'weight';
  const judge = workplace.judge ?? workplace.evaluation;
  const read = (table: TableFile): Promise<TableColumns> =>
    readColumns(table, { texts: [policy.columns.label, ...by] }, context.signal);
  const fitted = rowsByGroup(await read(fit), workplace);
  const judged = rowsByGroup(await read(judge), workplace);
  const { weights } = reweighing(fitted.counts);
  const weightOf = fitted.group.map((group, row) => {
    const weight = weights[group] as LabelCounts;
    return fitted.favorable[row] ? weight.favorable : weight.unfavorable;
  });
  if (output !== null)
    await writeTable({
      source: fit,
      columns: [{ name, values: Float64Array.from(weightOf) }],
      output,
    });
  const known = new Map(weights.map((weight) => [JSON.stringify(weight.group), weight]));
  const matched = judged.counts.flatMap((counts) => {
    const weight = known.get(JSON.stringify(counts.group));
    return weight === undefined ? [] : [{ counts, weight }];
  });
  return {
    ...emptyResult(workplace),
    notes: [
      `Weights are fitted to ${fit.name}; ${judge.name} shows what the same weights do to rows that the fit has not seen.`,
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
