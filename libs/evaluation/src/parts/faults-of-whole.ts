import { mostGroups, mostIntersections, type Fault, type Policy } from '@sluice/contracts';
import { rowsByLabel } from '../merge-ranking.js';
import type { Grouping, Profile, Slice } from '../profile.js';
import type { Part } from './merge-parts.js';

/**
 * What an engine asks of a table and can't ask of a part of one: both labels, groups to compare, the privileged one among
 * them. A slip of the pen in one part, such as a label that is written otherwise, would else become a verdict.
 */
export const faultsOfWhole = (
  policy: Policy,
  profile: Profile,
  parts: readonly Part[],
): readonly Fault[] => [
  ...faultsOfLabels(profile),
  ...faultsOfUnfavorable(parts),
  ...(profile.byColumn as readonly Grouping<Slice>[])
    .filter(({ within }) => within === null)
    .flatMap((grouping, at) => faultsOfGroups(policy, grouping, at)),
];

const faultsOfLabels = (profile: Profile): Fault[] => {
  const fault = (message: string, expected: string): Fault[] => [
    { path: 'columns.label', message, expected },
  ];
  if (profile.task === 'binary-classification') {
    const { positives, negatives } = rowsByLabel(profile.overall.cells);
    if (positives > 0 && negatives > 0) return [];
    const message = positives > 0 ? 'all rows are favorable' : 'no row has the favorable label';
    return fault(`${message}, of all parts together`, 'rows of both labels');
  }
  if (profile.task !== 'multiclass-classification') return [];
  const { cells } = profile.overall;
  const labels = new Set(cells.map(({ label }) => label));
  if (labels.size < 2) return fault('the label has one value only', 'at least two classes');
  if (cells.some(({ prediction }) => labels.has(prediction))) return [];
  return [
    {
      path: 'columns.prediction',
      message: 'none of the predictions is a value of the label',
      found: listed(cells.map(({ prediction }) => prediction)),
      expected: listed([...labels]),
      hint: 'Write predictions as the label is written.',
    },
  ];
};

/** Whatever isn't favorable counts as unfavorable, which turns a typing mistake into a wrong verdict. */
const faultsOfUnfavorable = (parts: readonly Part[]): Fault[] => {
  const known = parts.filter(({ document }) => document.unfavorable !== null);
  const [first] = known;
  const text = ({ document }: Part): string => document.unfavorable as string;
  return known
    .filter((part) => first !== undefined && plain(text(part)) !== plain(text(first)))
    .map((part) => ({
      file: part.file,
      path: 'columns.label',
      message: `the label beside the favorable one is another one than in ${first?.file}`,
      found: shown(text(part)),
      expected: first && shown(text(first)),
      hint: 'Write labels alike in all parts.',
    }));
};

/** The same label is 0 in Parquet, 0.0 in another file and false in a third. */
const plain = (text: string): string | number => {
  const number = { true: 1, false: 0 }[text] ?? (text.trim() === '' ? NaN : Number(text));
  return Number.isNaN(number) ? text : number;
};

const faultsOfGroups = (
  policy: Policy,
  { column, groups }: Grouping<Slice>,
  at: number,
): Fault[] => {
  const names = groups.map(({ group }) => group);
  const own = policy.columns.protected[at];
  const most = own === undefined ? mostIntersections : mostGroups;
  const path = own === undefined ? 'checks' : `columns.protected[${at}].name`;
  if (names.length > most)
    return [
      {
        path,
        message: `${column} has ${names.length} groups, of all parts together`,
        expected: `at most ${most} groups`,
        hint: 'Put its values into bands.',
      },
    ];
  if (own === undefined) return [];
  if (names.length < 2)
    return [
      {
        path,
        message: `the protected column ${column} has fewer than two groups, of all parts together`,
        found: listed(names),
        expected: 'at least two groups, to compare',
      },
    ];
  if (own.privileged === undefined || names.includes(own.privileged)) return [];
  return [
    {
      path: `columns.protected[${at}].privileged`,
      message: `the privileged group ${shown(own.privileged)} does not occur in ${column}, in any part`,
      found: listed(names),
      expected: 'one of the groups',
    },
  ];
};

const listed = (names: readonly string[]): string => {
  const all = [...new Set(names)];
  const more = all.length > 5 ? ` and ${all.length - 5} more` : '';
  return `${all.slice(0, 5).map(shown).join(', ')}${more}`;
};

const shown = (text: string): string => JSON.stringify(text).slice(0, 60);
