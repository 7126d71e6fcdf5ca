import { nearestName, SluiceError } from '@sluice/contracts';
import { writeTable } from '@sluice/engine';
import { groupName, rerank, shortfallsOf, type Candidates, type Place } from '@sluice/evaluation';
import type { DataFigure, MitigationResult } from './mitigation-result.js';
import { groupsOf, scoreTable, type ScoredTable } from './scored-table.js';
import { emptyResult } from './training-data.js';
import { judgeTable, type Workplace } from './workplace.js';

/** Puts the best rows of a table into a list in which each group has its share from the top on. Nothing is fitted. */
export const rerankTable = async (workplace: Workplace): Promise<MitigationResult> => {
  const { options, output, attention } = workplace;
  const table = judgeTable(workplace);
  const scored = await scoreTable(table, workplace);
  if (scored.score === null)
    throw new SluiceError(
      'invalid_request',
      'reranking needs scores, and the data holds predictions only.',
    );
  const groups = candidatesOf(scored, workplace);
  const size = options.size as number;
  const { list, plain } = await attention.compute('putting rows into a list', () => ({
    list: rerank({ groups, size, reranking: options.reranking }).places,
    plain: byScore(groups, size),
  }));
  if (output !== null) {
    attention.progress(`writing ${output}`);
    const rank = { name: options.column ?? 'rank', values: ranksOf(list, scored) };
    const keep = Uint8Array.from(rank.values, (place) => Number(!Number.isNaN(place)));
    await writeTable({ source: table, columns: [rank], keep, output }, attention.signal);
  }
  return {
    ...emptyResult(workplace),
    notes: [
      `The first ${size} of ${scored.label.length} rows of ${table.name}, before by score alone.`,
    ],
    data: figuresOf(groups, { before: plain, after: list }),
    outputs: output === null ? [] : [output],
  };
};

/** The groups with the shares that they are to have: those of `--share`, or else what they are among the rows. */
const candidatesOf = (scored: ScoredTable, { options }: Workplace): Candidates[] => {
  const groups = groupsOf(scored, 'score');
  const weightOf = ({ weight, label }: (typeof groups)[number]): number =>
    weight === undefined ? label.length : weight.reduce((sum, value) => sum + value, 0);
  const all = groups.reduce((sum, group) => sum + weightOf(group), 0);
  const given = new Map(options.share.map(({ group, share }) => [group, share]));
  const names = groups.map(({ group }) => groupName(group));
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const near = nearestName(unknown, names);
    throw new SluiceError(
      'invalid_request',
      `There is no group ${JSON.stringify(unknown)}; the groups are ${names.join(', ')}.${near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`}`,
    );
  }
  return groups.map(({ group, score, ...rest }, at) => ({
    group,
    score,
    share:
      given.size === 0
        ? weightOf({ group, score, ...rest }) / all
        : (given.get(names[at] as string) ?? 0),
  }));
};

/** The list by score alone; of equal scores the earlier group and row come first. */
const byScore = (groups: readonly Candidates[], size: number): Place[] =>
  groups
    .flatMap(({ score }, group) =>
      Array.from(score, (value, candidate) => ({ group, candidate, value })),
    )
    .sort((a, b) => b.value - a.value)
    .slice(0, size);

/** Of each row its place in the list, from 1; NaN for rows that have none. */
const ranksOf = (list: readonly Place[], { group }: ScoredTable): Float64Array => {
  const rowsOf: number[][] = [];
  group.forEach((at, row) => (rowsOf[at] ??= []).push(row));
  const ranks = new Float64Array(group.length).fill(NaN);
  list.forEach(({ group: at, candidate }, place) => {
    ranks[rowsOf[at]?.[candidate] as number] = place + 1;
  });
  return ranks;
};

const figuresOf = (
  groups: readonly Candidates[],
  lists: { readonly before: readonly Place[]; readonly after: readonly Place[] },
): DataFigure[] => {
  const each = (name: string, of: (list: readonly Place[]) => number): DataFigure => ({
    name,
    before: of(lists.before),
    after: of(lists.after),
  });
  return [
    ...groups.map(({ group, share }, at) =>
      each(`share of ${groupName(group)}, to be ${share.toFixed(3)}`, (list) =>
        mean(list.map((place) => Number(place.group === at))),
      ),
    ),
    each('places that a group lacks at the worst, from the top on', (list) =>
      Math.max(...shortfallsOf(groups, list)),
    ),
    each('mean score', (list) =>
      mean(list.map((place) => groups[place.group]?.score[place.candidate] as number)),
    ),
  ];
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
