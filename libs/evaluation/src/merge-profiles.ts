import { SluiceError } from '@sluice/contracts';
import { mergeHistograms } from './curves/score-histogram.js';
import type { Cell, Profile, ProtectedProfile, ScoreProfile } from './profile.js';

/**
 * One profile of several tables, as if their rows stood in one: counts add up, and a group that one table lacks is
 * taken from the others.
 *
 * Ranks don't add up: the AUC of a whole isn't known from those of its parts. The ranking of a merged profile is
 * therefore null, and its AUC undefined with that reason. Histograms of scores do add up; where a part has rows and no
 * scores, the whole has none either. A single profile is returned as it is.
 *
 * @throws SluiceError `invalid_data` without profiles, when they have different protected columns or privileged
 *   groups, or when some have a champion's predictions and others don't
 */
export const mergeProfiles = (profiles: readonly Profile[]): Profile => {
  const [first, ...others] = profiles;
  if (!first) throw new SluiceError('invalid_data', 'There are no profiles to merge.');
  if (others.length === 0) return first;
  for (const other of others) requireAlike(first, other);
  return {
    rows: profiles.reduce((sum, { rows }) => sum + rows, 0),
    overall: mergeCells(profiles.map(({ overall }) => overall)),
    byColumn: first.byColumn.map((column, index) =>
      mergeColumns(
        column,
        profiles.map(({ byColumn }) => byColumn[index] as ProtectedProfile),
      ),
    ),
    ranking: null,
    scores: mergeScores(profiles.map(({ overall, scores }) => ({ cells: overall, scores }))),
  };
};

const requireAlike = (first: Profile, other: Profile): void => {
  const columns = ({ byColumn }: Profile): string =>
    JSON.stringify(byColumn.map(({ column, privileged }) => [column, privileged]));
  if (columns(first) !== columns(other))
    throw new SluiceError(
      'invalid_data',
      'Profiles with different protected columns or privileged groups cannot be merged.',
    );
  const compared = [first, other]
    .filter(({ overall }) => overall.length > 0)
    .map(({ overall }) => overall.some(({ champion }) => champion !== null));
  if (new Set(compared).size > 1)
    throw new SluiceError(
      'invalid_data',
      'A profile with a champion’s predictions cannot be merged with one without.',
    );
};

const mergeColumns = (
  { column, privileged }: ProtectedProfile,
  parts: readonly ProtectedProfile[],
): ProtectedProfile => {
  const groups = new Set(parts.flatMap((part) => part.groups.map(({ group }) => group)));
  return {
    column,
    privileged,
    groups: [...groups].toSorted(byCodeUnits).map((group) => {
      const own = parts.flatMap((part) =>
        part.groups.filter((candidate) => candidate.group === group),
      );
      return {
        group,
        cells: mergeCells(own.map(({ cells }) => cells)),
        ranking: null,
        scores: mergeScores(own),
      };
    }),
  };
};

const mergeScores = (
  parts: readonly { readonly cells: readonly Cell[]; readonly scores: ScoreProfile | null }[],
): ScoreProfile | null => {
  // A part without rows has nothing to say, not even whether there are scores.
  const scores = parts.filter(({ cells }) => cells.length > 0).map((part) => part.scores);
  if (scores.length === 0) return parts.find((part) => part.scores !== null)?.scores ?? null;
  if (!scores.every((part) => part !== null)) return null;
  const champions = scores.map(({ champion }) => champion);
  return {
    version: mergeHistograms(scores.map(({ version }) => version)),
    champion: champions.every((champion) => champion !== null) ? mergeHistograms(champions) : null,
  };
};

const mergeCells = (parts: readonly (readonly Cell[])[]): Cell[] => {
  const merged = new Map<string, Cell>();
  for (const cell of parts.flat()) {
    const key = `${cell.label} ${cell.prediction} ${cell.champion}`;
    merged.set(key, { ...cell, count: cell.count + (merged.get(key)?.count ?? 0) });
  }
  // In one order, whatever that of the parts.
  return [...merged.entries()].toSorted(([a], [b]) => byCodeUnits(a, b)).map(([, cell]) => cell);
};

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
