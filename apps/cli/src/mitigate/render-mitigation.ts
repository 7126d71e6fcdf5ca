import { metricDefinition, type Measure } from '@sluice/contracts';
import { groupName, type GroupRule } from '@sluice/evaluation';
import { figure, measureText } from '@sluice/report';
import { renderTable } from '../table.js';
import { plain, type Colors } from '../terminal.js';
import type { MitigationResult } from './mitigation-result.js';

/** A result for people: what was done, to which rows, and before and after. */
export const renderMitigation = (result: MitigationResult, colors: Colors): string => {
  const { method, by, notes, rule, mixture, constraint, measures, data, weights } = result;
  const sections = [
    colors.bold(`${method} by ${by.map(plain).join(' × ')}`),
    notes.map(plain).join('\n'),
    rule === null
      ? ''
      : renderTable(
          ['group', `favorable when the ${rule.of} is`],
          rule.groups.map((group) => [groupName(group.group), ruleText(group)]),
          colors,
        ),
    mixture === null
      ? ''
      : renderTable(
          ['group', 'score gives way', 'to the base rate'],
          mixture.groups.map(({ group, chance, baseRate }) => [
            groupName(group),
            chance === 0 ? 'never' : chanceText(chance),
            baseRate.toFixed(4),
          ]),
          colors,
        ),
    weights.length === 0
      ? ''
      : renderTable(
          ['group', 'weight if favorable', 'weight if not'],
          weights.map((weight) => [
            groupName(weight.group),
            weight.favorable.toFixed(7),
            weight.unfavorable.toFixed(7),
          ]),
          colors,
        ),
    data.length === 0
      ? ''
      : renderTable(
          ['of the data', 'before', 'after'],
          data.map(({ name, before, after }) => [plain(name), value(before), value(after)]),
          colors,
        ),
    measures.length === 0 && constraint === null
      ? ''
      : renderTable(
          ['of the judged rows', 'before', 'after'],
          [
            ...(constraint === null
              ? []
              : [
                  [
                    `${constraint.name}, largest difference (fit: ${value(constraint.fitted)})`,
                    value(constraint.judged.before),
                    value(constraint.judged.after),
                  ],
                ]),
            ...measures.map(({ before, after }) => [
              titleOf(before),
              measureText(before),
              measureText(after),
            ]),
          ],
          colors,
        ),
    reasons(result),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
};

const value = (number: number | null): string => (number === null ? 'undefined' : figure(number));

const titleOf = ({ metric, by }: Measure): string => {
  const { direction } = metricDefinition(metric);
  const arrow = direction === 'higher' ? ' ↑' : direction === 'lower' ? ' ↓' : '';
  return `${metric}${by === null ? '' : ` by ${plain(by)}`}${arrow}`;
};

/** Why figures are missing, once each. */
const reasons = ({ measures }: MitigationResult): string =>
  [
    ...new Set(
      measures
        .flatMap(({ before, after }) => [before, after])
        .filter(({ reason }) => reason !== null)
        .map((measure) => `${titleOf(measure)}: ${measure.reason}`),
    ),
  ]
    .map(plain)
    .join('\n');

const ruleText = ({ cuts, chances }: GroupRule): string => {
  if (cuts.length === 0)
    return chances[0] === 1 ? 'any' : chances[0] === 0 ? 'none' : chanceText(chances[0] as number);
  const parts = chances.map((chance, index) => {
    if (chance === 0) return '';
    const from = cuts[index - 1];
    const to = cuts[index];
    const range =
      from === undefined
        ? `up to ${digits(to)}`
        : to === undefined
          ? `above ${digits(from)}`
          : `above ${digits(from)}, up to ${digits(to)}`;
    return chance === 1 ? range : `${range}: ${chanceText(chance)}`;
  });
  return parts
    .filter((part) => part !== '')
    .toReversed()
    .join('; ');
};

const chanceText = (chance: number): string => `${(100 * chance).toFixed(1)} % by lot`;

const digits = (cut: number | undefined): string => (cut ?? 0).toFixed(4);
