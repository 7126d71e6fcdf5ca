import { readColumns, type DatasetSource } from '@sluice/engine';
import { randomHalf } from '@sluice/evaluation';
import { fitTable, judgeTable, writeDraft, type Workplace } from './workplace.js';

/** What a rule is fitted to, what it is judged by, and a sentence that says which rows these are. */
export interface FitAndJudge {
  readonly fit: DatasetSource;
  readonly judge: DatasetSource;
  readonly note: string;
}

/**
 * The two tables: those given, the evaluation table in place of the one that isn't, or its rows split in two by a seed.
 */
export const fitAndJudge = async (workplace: Workplace): Promise<FitAndJudge> => {
  const { fit, judge, options } = workplace;
  if (fit === null && judge === null) return splitInTwo(workplace);
  const tables = { fit: fitTable(workplace), judge: judgeTable(workplace) };
  return {
    ...tables,
    note: `Fitted to ${tables.fit.name}, judged by ${tables.judge.name}, whose rows the fit has not seen.${
      options.fit === undefined
        ? ''
        : ` If the model was trained on ${tables.fit.name}, its scores there are surer than elsewhere, and what is fitted to them holds less well; fit to rows that it was not trained on where there are any.`
    }`,
  };
};

const splitInTwo = async (workplace: Workplace): Promise<FitAndJudge> => {
  const { options, attention } = workplace;
  const evaluation = judgeTable(workplace);
  attention.progress(`${evaluation.name}: drawing one half`);
  const { rows } = await readColumns(evaluation, {}, attention.signal);
  const first = await attention.compute('drawing one half', () => randomHalf(rows, options.seed));
  const half = (which: string, keep: Uint8Array): Promise<DatasetSource> => {
    const name = `${evaluation.name} (${which} half)`;
    return writeDraft(workplace, which, { source: evaluation, columns: [], keep, name });
  };
  const fit = await half('fitted', first);
  const judge = await half(
    'judged',
    first.map((taken) => 1 - taken),
  );
  return {
    fit,
    judge,
    note: `Fitted to ${Math.ceil(rows / 2)} of the ${rows} rows of ${evaluation.name} and judged by the others, drawn with seed ${options.seed}. Another seed gives other figures; --fit with a table of its own leaves all rows to judge by.`,
  };
};
