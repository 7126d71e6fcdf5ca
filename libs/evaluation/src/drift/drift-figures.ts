import type { ColumnFigure, DriftBar, DriftFigures } from '@sluice/contracts';
import { columnDistance } from './column-distance.js';
import { inEffectiveRows } from './effective-rows.js';
import type { CategoricalDrift, ColumnDrift, DriftProfile, NumericDrift } from './drift-profile.js';

const mostColumns = 20;
const mostBars = 12;

/** What a report draws: of the columns that drift most, the distribution in both tables. */
export const driftFigures = (drift: DriftProfile): DriftFigures => {
  const { rows, columns } = inEffectiveRows(drift);
  const worst = columns
    .map((column) => ({ column, distance: columnDistance(column, 0.95)?.estimate ?? -1 }))
    .toSorted((a, b) => b.distance - a.distance)
    .slice(0, mostColumns);
  return {
    rows: drift.rows,
    columns: worst.map(({ column }) => figureOf(column, rows)),
    others: columns.length - worst.length,
  };
};

const figureOf = (column: ColumnDrift, rows: DriftProfile['rows']): ColumnFigure => {
  const counted = column.kind === 'numeric' ? numericBars(column) : categoricalBars(column);
  const { missing } = column;
  const all: DriftBar[] =
    missing.reference + missing.current > 0
      ? [...counted, { label: 'no value', role: 'missing', ...missing }]
      : counted;
  const share = (count: number, of: number): number => (of === 0 ? 0 : count / of);
  return {
    column: column.column,
    kind: column.kind,
    bars: all.map((bar) => ({
      ...bar,
      reference: share(bar.reference, rows.reference),
      current: share(bar.current, rows.current),
    })),
  };
};

/** Each value by itself when there are few; otherwise ranges that hold about as many reference rows each. */
const numericBars = ({ samples }: NumericDrift): DriftBar[] => {
  const bars: (DriftBar & { readonly first: number; readonly last: number })[] = [];
  const total = samples.reference.reduce((sum, count) => sum + count, 0);
  const rows = (side: Float64Array, from: number, to: number): number =>
    side.subarray(from, to).reduce((sum, count) => sum + count, 0);
  const each = samples.values.length <= mostBars;
  let from = 0;
  let held = 0;
  samples.values.forEach((value, index) => {
    held += samples.reference[index] as number;
    const last = index === samples.values.length - 1;
    const full = held >= (total * (bars.length + 1)) / mostBars && bars.length < mostBars - 1;
    if (!each && !full && !last) return;
    bars.push({
      label: '',
      role: 'value',
      first: samples.values[from] as number,
      last: value,
      reference: rows(samples.reference, from, index + 1),
      current: rows(samples.current, from, index + 1),
    });
    from = index + 1;
  });
  return bars.map(({ first, last, ...bar }) => ({ ...bar, label: rangeText(first, last) }));
};

const rangeText = (first: number, last: number): string =>
  first === last ? numberText(first) : `${numberText(first)} to ${numberText(last)}`;

const numberText = (value: number): string => String(Number(value.toPrecision(4)));

/** The most frequent categories of both tables together, and the others as one. */
const categoricalBars = ({ samples }: CategoricalDrift): DriftBar[] => {
  const bars = samples.categories
    .map((label, index): DriftBar => ({
      label,
      role: 'value',
      reference: samples.reference[index] as number,
      current: samples.current[index] as number,
    }))
    .toSorted((a, b) => b.reference + b.current - (a.reference + a.current));
  const rest = bars.slice(mostBars);
  const sum = (side: 'reference' | 'current'): number =>
    rest.reduce((total, bar) => total + bar[side], 0);
  const otherRows = { reference: sum('reference'), current: sum('current') };
  return otherRows.reference + otherRows.current === 0
    ? bars
    : [...bars.slice(0, mostBars), { label: 'all others', role: 'others', ...otherRows }];
};
