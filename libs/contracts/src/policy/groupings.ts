import type { Policy } from './policy.js';

/** How the rows of a table are grouped: by a protected column or the intersection of several, of all rows or within strata. */
export interface PolicyGrouping {
  /** The protected columns, in the order in which the check names them. */
  readonly columns: readonly string[];
  /** The control column each of whose values is a stratum with groups of its own; null for all rows together. */
  readonly within: string | null;
}

/** More groups than this are a mistake: an identifier or a measurement, taken for a group. */
export const mostGroups = 100;
/** More groups of an intersection than this have too few rows each to say anything, and a report that nobody reads. */
export const mostIntersections = 500;

/** What separates the columns of an intersection, and the groups of a row in them. */
export const intersectionSign = ' × ';

/** The name of a column, or of the intersection of several, as measures have it in `by`. */
export const groupingName = (by: string | readonly string[]): string =>
  [by].flat().join(intersectionSign);

/**
 * The groupings that a policy asks for, each once: its protected columns in their order, then the intersections that
 * checks name, then both within control columns as checks name them.
 */
export const policyGroupings = ({ columns, checks }: Policy): PolicyGrouping[] => {
  const single = columns.protected.map(({ name }) => ({ columns: [name], within: null }));
  const asked = checks
    .filter(({ by }) => by !== undefined)
    .map(({ by, within = null }) => ({ columns: [by ?? []].flat(), within }));
  const all = [
    ...single,
    ...asked.map((grouping) => ({ ...grouping, within: null })),
    ...asked.filter(({ within }) => within !== null),
  ];
  return [...new Map(all.map((grouping) => [JSON.stringify(grouping), grouping])).values()];
};
