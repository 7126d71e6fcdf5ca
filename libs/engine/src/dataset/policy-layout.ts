import { groupingName, mostIntersections, policyGroupings, type Policy } from '@sluice/contracts';
import { codesOf, layoutOf, type CodedColumn, type Layout } from '../assembly/layout.js';
import type { FaultCollector } from '../fault-collector.js';
import type { Dialect } from '../sql/dialect.js';
import { textSql } from './sql.js';
import type { GroupColumn, Survey } from './survey.js';
import type { Table } from './table.js';

/** How a survey's columns are coded and grouped as a policy asks. */
export const policyLayout = (
  policy: Policy,
  { groups, control }: Pick<Survey, 'groups' | 'control'>,
): Layout => {
  const protectedAt = (name: string): number =>
    groups.findIndex(({ column }) => column.name === name);
  const controlAt = (name: string): number =>
    groups.length + control.findIndex(({ column }) => column.name === name);
  return layoutOf(
    [...groups, ...control].map(({ column, names, privileged }): CodedColumn => ({
      name: column.name,
      names,
      privileged,
    })),
    policyGroupings(policy).map(({ columns, within }) => ({
      columns: columns.map(protectedAt),
      within: within === null ? null : controlAt(within),
    })),
  );
};

/** Reports intersections of so many groups that they must be a mistake. */
export const surveyIntersections = async (
  layout: Layout,
  { groups, control }: Pick<Survey, 'groups' | 'control'>,
  dataset: Table,
  dialect: Dialect,
  faults: FaultCollector,
): Promise<void> => {
  const columns = [...groups, ...control];
  for (const grouping of layout.groupings) {
    const own = codesOf(grouping).map((at) => columns[at] as GroupColumn);
    const possible = own.reduce((product, { names }) => product * names.length, 1);
    if (own.length === 1 || possible <= mostIntersections) continue;
    const codes = own.map(({ column, names }) =>
      dialect.code(textSql(column, dataset.dialect), names),
    );
    const [found] = await dataset.query(
      `SELECT count(*) AS "groups" FROM (SELECT DISTINCT ${codes.map((code, at) => `${code} AS c${at}`).join(', ')} FROM ${dataset.relation})`,
    );
    const count = Number(found?.['groups']);
    if (count <= mostIntersections) continue;
    const name = groupingName(
      grouping.columns.map((at) => (columns[at] as GroupColumn).column.name),
    );
    const within = grouping.within === null ? '' : ` within ${own.at(-1)?.column.name}`;
    faults.data({
      path: 'checks',
      message: `${name}${within} has ${count} groups`,
      found: own.map(({ column, names }) => `${column.name}: ${names.length} groups`).join(', '),
      expected: `at most ${mostIntersections} groups`,
      hint: 'Intersect fewer columns, or put their values into fewer bands.',
    });
  }
};
