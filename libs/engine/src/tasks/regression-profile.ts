import {
  sketchGrowth,
  smallestError,
  type ErrorMoments,
  type ErrorSketch,
  type Moments,
  type PredictedLabels,
  type RegressionProfile,
  type RegressionSlice,
  type SharedErrors,
  type SketchBins,
} from '@sluice/evaluation';
import { inUnits } from '../assembly/exact-ratio.js';
import type { Layout } from '../assembly/layout.js';
import { numberSql, type Dialect } from '../sql/dialect.js';
import {
  amountExponent,
  fixedSql,
  massSql,
  weightedTotal,
  weightExponent,
  type Units,
} from '../sql/scored-relation.js';
import type { Query, ResultRow } from '../sql/sql-sums.js';
import { codesSql, groupedBy, integerOf, PanelQuery, selected } from './panel-query.js';
import type { RegressionRelation } from './task-relations.js';

/**
 * The profile of a table with numeric labels and predictions, by SQL alone. Sums are taken of whole numbers of units, so
 * that they are exact and the same in whatever order rows come.
 */
export const regressionProfile = async (
  query: Query,
  dialect: Dialect,
  relation: RegressionRelation,
  layout: Layout,
  rows: number,
  onStep: (done: number, total: number) => void = () => undefined,
): Promise<RegressionProfile> => {
  const steps = 4;
  const [extents] = await query(extentsSql(relation));
  const sums = sumsOf(relation, extentsOf(extents ?? {}), rows, dialect);
  onStep(1, steps);
  const panels = await PanelQuery.of(
    query,
    layout,
    (codes) =>
      `SELECT ${selected(codes, [])}count(*) AS n FROM (${sums.rows}) AS rows_${groupedBy(codes, [])}`,
  );
  const found = Array.from({ length: panels.slices.count }, () => new Map<string, Sum>());
  await panels.each(
    (codes) =>
      `SELECT ${selected(codes, [])}${sums.columns} FROM (${sums.rows}) AS rows_${groupedBy(codes, [])}`,
    (slice, row) => addRow(found[slice] as Map<string, Sum>, row),
  );
  onStep(2, steps);
  const sketches: Record<string, SketchSums[]> = {};
  for (const model of sums.models) {
    const own = Array.from({ length: panels.slices.count }, () => new SketchSums());
    await panels.each(
      (codes) => sketchSql(sums, model, codes, dialect),
      (slice, row) => (own[slice] as SketchSums).add(row),
    );
    sketches[model] = own;
  }
  onStep(3, steps);
  const predicted = await predictedLabels(query, sums, dialect);
  onStep(4, steps);
  const slice = (index: number): RegressionSlice =>
    assembled(found[index] as Map<string, Sum>, sums, (model) =>
      (sketches[model]?.[index] as SketchSums).sketch(sums.units),
    );
  return {
    task: 'regression',
    rows,
    overall: slice(0),
    byColumn: panels.slices.groupings.map(({ groups, overall, ...about }) => ({
      ...about,
      ...(overall === null ? {} : { overall: slice(overall) }),
      groups: groups.map(({ group, slice: index }) => ({ group, ...slice(index) })),
    })),
    predicted,
  };
};

type ModelName = 'version' | 'champion';

/** Largest absolute values, which decide the units of sums. */
interface Extents {
  readonly lowestLabel: number;
  readonly highestLabel: number;
  readonly lowestPrediction: number;
  readonly highestPrediction: number;
  readonly prediction: number;
  readonly error: number;
  readonly relative: number;
}

const predictionsOf = ({ prediction, champion }: RegressionRelation): string[] =>
  champion === null ? [prediction] : [prediction, champion];

const extentsSql = (relation: RegressionRelation): string => {
  const models = predictionsOf(relation);
  const inner = models.map((prediction, at) => `${prediction} AS p${at}`);
  const largest = (of: (at: number) => string): string =>
    models.length === 1 ? `max(${of(0)})` : `greatest(max(${of(0)}), max(${of(1)}))`;
  const relative = (at: number): string => `CASE WHEN y <> 0 THEN abs((p${at} - y) / y) ELSE 0 END`;
  return `SELECT min(y) AS y_least, max(y) AS y_most, min(p0) AS p_least, max(p0) AS p_most,
  ${largest((at) => `abs(p${at})`)} AS p, ${largest((at) => `abs(p${at} - y)`)} AS d, ${largest(relative)} AS r
FROM (SELECT ${relation.label} AS y, ${inner.join(', ')} FROM ${relation.from}) AS rows_`;
};

const extentsOf = (row: ResultRow): Extents => ({
  lowestLabel: Number(row['y_least']),
  highestLabel: Number(row['y_most']),
  lowestPrediction: Number(row['p_least']),
  highestPrediction: Number(row['p_most']),
  prediction: Number(row['p']),
  error: Number(row['d']),
  relative: Number(row['r']),
});

/** What is summed up, and in which units. */
interface RegressionSums {
  readonly models: readonly ModelName[];
  readonly center: number;
  readonly units: Units;
  readonly extents: Extents;
  /** Rows with `y` label, `u` label from the center, and of each model `p` prediction, `v` from the center, `d` error. */
  readonly rows: string;
  readonly columns: string;
  readonly exponents: ReadonlyMap<string, number>;
}

const suffixes: Readonly<Record<ModelName, string>> = { version: '0', champion: '1' };

const sumsOf = (
  relation: RegressionRelation,
  extents: Extents,
  rows: number,
  dialect: Dialect,
): RegressionSums => {
  // Half first: the sum of both ends may be out of range where the middle isn't.
  const center = extents.lowestLabel / 2 + extents.highestLabel / 2;
  const label = Math.max(extents.highestLabel - center, center - extents.lowestLabel);
  const prediction = extents.prediction + Math.abs(center);
  const { error, relative } = extents;
  const models: ModelName[] = relation.champion === null ? ['version'] : ['version', 'champion'];
  const quantities: [name: string, sql: string, largest: number][] = [
    ['u1', 'u', label],
    ['u2', 'u * u', label ** 2],
    ['u3', 'u * u * u', label ** 3],
    ['u4', '(u * u) * (u * u)', label ** 4],
    ...models.flatMap((model): [string, string, number][] => {
      const at = suffixes[model];
      const d = `d${at}`;
      return [
        [`v1_${at}`, `v${at}`, prediction],
        [`v2_${at}`, `v${at} * v${at}`, prediction ** 2],
        [`o1_${at}`, over(d), error],
        [`o2_${at}`, `${over(d)} * ${over(d)}`, error ** 2],
        [`n1_${at}`, under(d), error],
        [`n2_${at}`, `${under(d)} * ${under(d)}`, error ** 2],
        [`f_${at}`, `(${d} * ${d}) * (${d} * ${d})`, error ** 4],
        [`q1_${at}`, `${d} * ${d} * u`, error ** 2 * label],
        [`q2_${at}`, `(${d} * ${d}) * (u * u)`, error ** 2 * label ** 2],
        [`r1_${at}`, share(d), relative],
        [`r2_${at}`, `${share(d)} * ${share(d)}`, relative ** 2],
      ];
    }),
    ...(models.length === 1 ? [] : sharedQuantities(error, relative, prediction)),
  ];
  const exponents = new Map(quantities.map(([name, , largest]) => [name, amountExponent(largest)]));
  const units: Units = {
    weight: relation.weight && weightExponent(relation.weight.largest, rows),
    amount: null,
  };
  const counts = units.weight === null ? '1 = 1' : 'w > 0';
  const wide = dialect.wide('w');
  const columns = [
    'count(*) AS n',
    ...(units.weight === null
      ? []
      : [`${dialect.total('w')} AS w1`, `sum(${wide} * ${wide}) AS w2`]),
    `sum(CASE WHEN y = 0 AND ${counts} THEN 1 ELSE 0 END) AS zeros`,
    ...models.map(
      (model) =>
        `max(CASE WHEN ${counts} THEN abs(d${suffixes[model]}) ELSE 0 END) AS largest_${suffixes[model]}`,
    ),
    ...quantities.map(
      ([name, sql]) =>
        `${weightedTotal(fixedSql(sql, exponents.get(name) as number, dialect), units, dialect)} AS ${name}`,
    ),
  ];
  return {
    models,
    center,
    units,
    extents,
    rows: rowsSql(relation, center, units, dialect),
    columns: columns.join(', '),
    exponents,
  };
};

const over = (d: string): string => `greatest(${d}, 0)`;
const under = (d: string): string => `greatest(-${d}, 0)`;
const share = (d: string): string => `CASE WHEN y <> 0 THEN abs(${d} / y) ELSE 0 END`;

const sharedQuantities = (
  error: number,
  relative: number,
  prediction: number,
): [string, string, number][] => [
  ['oo', `${over('d0')} * ${over('d1')}`, error ** 2],
  ['on', `${over('d0')} * ${under('d1')}`, error ** 2],
  ['no', `${under('d0')} * ${over('d1')}`, error ** 2],
  ['nn', `${under('d0')} * ${under('d1')}`, error ** 2],
  ['ff', '(d0 * d0) * (d1 * d1)', error ** 4],
  ['rr', `${share('d0')} * ${share('d1')}`, relative ** 2],
  ['vv', 'v0 * v1', prediction ** 2],
];

const rowsSql = (
  relation: RegressionRelation,
  center: number,
  units: Units,
  dialect: Dialect,
): string => {
  const predictions = predictionsOf(relation);
  const weight =
    relation.weight === null || units.weight === null
      ? ''
      : `, ${fixedSql(relation.weight.sql, units.weight, dialect)} AS w`;
  const given = predictions.map((prediction, at) => `, ${prediction} AS p${at}`).join('');
  const derived = predictions
    .map((_, at) => `, p${at} - ${numberSql(center)} AS v${at}, p${at} - y AS d${at}`)
    .join('');
  return `SELECT *, y - ${numberSql(center)} AS u${derived}
FROM (SELECT ${relation.label} AS y${given}${weight}${codesSql(relation.codes)} FROM ${relation.from}) AS given_`;
};

const sketchSql = (
  { rows, units }: RegressionSums,
  model: ModelName,
  codes: readonly number[],
  dialect: Dialect,
): string => {
  const d = `d${suffixes[model]}`;
  const sign = `CASE WHEN abs(${d}) < ${numberSql(smallestError)} THEN 0 WHEN ${d} > 0 THEN 1 ELSE -1 END`;
  const bin = dialect.floor(
    `ln(greatest(abs(${d}), ${numberSql(smallestError)})) * ${numberSql(1 / Math.log(sketchGrowth))}`,
  );
  return `SELECT ${selected(codes, ['side', 'bin'])}${massSql(units, dialect)} AS n
FROM (SELECT *, ${sign} AS side, CASE WHEN abs(${d}) < ${numberSql(smallestError)} THEN 0 ELSE ${bin} END AS bin FROM (${rows}) AS rows_) AS binned_${groupedBy(codes, ['side', 'bin'])}`;
};

/** Whole numbers and largest values of one slice. */
type Sum = bigint | number;

const addRow = (sums: Map<string, Sum>, row: ResultRow): void => {
  for (const [name, value] of Object.entries(row)) {
    if (/^c\d+$/.test(name)) continue;
    if (name.startsWith('largest_'))
      sums.set(name, Math.max(Number(sums.get(name) ?? 0), Number(value)));
    else sums.set(name, (BigInt(sums.get(name) ?? 0) as bigint) + integerOf(value));
  }
};

class SketchSums {
  private zero = 0n;
  private readonly positive = new Map<number, bigint>();
  private readonly negative = new Map<number, bigint>();

  add(row: ResultRow): void {
    const mass = integerOf(row['n']);
    const side = Number(row['side']);
    if (side === 0) {
      this.zero += mass;
      return;
    }
    const bins = side > 0 ? this.positive : this.negative;
    const bin = Number(row['bin']);
    bins.set(bin, (bins.get(bin) ?? 0n) + mass);
  }

  sketch({ weight }: Units): ErrorSketch {
    const massOf = (mass: bigint): number => inUnits(mass, weight ?? 0);
    const listed = (bins: Map<number, bigint>): SketchBins => {
      // Rows that weigh nothing have a bin, and no mass in it.
      const sorted = [...bins].filter(([, mass]) => mass > 0n).sort(([a], [b]) => a - b);
      return {
        bins: sorted.map(([bin]) => bin),
        masses: sorted.map(([, mass]) => massOf(mass)),
      };
    };
    return {
      zero: massOf(this.zero),
      positive: listed(this.positive),
      negative: listed(this.negative),
    };
  }
}

const assembled = (
  found: ReadonlyMap<string, Sum>,
  { models, center, units, exponents }: RegressionSums,
  sketchOf: (model: ModelName) => ErrorSketch,
): RegressionSlice => {
  const weightUnits = units.weight ?? 0;
  const count = Number(found.get('n') ?? 0);
  const sum = (name: string): number =>
    inUnits(BigInt(found.get(name) ?? 0), (exponents.get(name) as number) + weightUnits);
  const moments = (name: string, at: string): Moments => ({
    sum: sum(`${name}1_${at}`),
    squares: sum(`${name}2_${at}`),
  });
  const errorsOf = (model: ModelName): ErrorMoments => {
    const at = suffixes[model];
    return {
      prediction: moments('v', at),
      over: moments('o', at),
      under: moments('n', at),
      fourth: sum(`f_${at}`),
      squaredByLabel: [sum(`q1_${at}`), sum(`q2_${at}`)],
      relative: moments('r', at),
      largest: Number(found.get(`largest_${at}`) ?? 0),
      sketch: sketchOf(model),
    };
  };
  const shared = (): SharedErrors => ({
    overOver: sum('oo'),
    overUnder: sum('on'),
    underOver: sum('no'),
    underUnder: sum('nn'),
    squared: sum('ff'),
    relative: sum('rr'),
    predictions: sum('vv'),
  });
  const paired = models.length > 1;
  return {
    kind: 'regression',
    count,
    weight:
      units.weight === null
        ? { sum: count, squares: count }
        : {
            sum: inUnits(BigInt(found.get('w1') ?? 0), units.weight),
            squares: inUnits(BigInt(found.get('w2') ?? 0), 2 * units.weight),
          },
    center,
    label: [sum('u1'), sum('u2'), sum('u3'), sum('u4')],
    zeroLabels: Number(found.get('zeros') ?? 0),
    version: errorsOf('version'),
    champion: paired ? errorsOf('champion') : null,
    shared: paired ? shared() : null,
  };
};

/** Some hundreds of bins over the range of predictions: enough for tenths of the rows, however they are spread. */
const mostBins = 512;

const predictedLabels = async (
  query: Query,
  { extents, rows, units, center, exponents }: RegressionSums,
  dialect: Dialect,
): Promise<PredictedLabels> => {
  const { lowestPrediction, highestPrediction } = extents;
  const range = highestPrediction - lowestPrediction;
  const largest = Math.max(Math.abs(lowestPrediction), Math.abs(highestPrediction));
  // Positions stay below 2^52, and so are exact.
  const exponent = Math.max(
    range > 0 ? Math.ceil(Math.log2(range / mostBins)) : -1000,
    largest > 0 ? Math.ceil(Math.log2(largest)) - 52 : -1000,
  );
  const bin = dialect.whole(`floor(p0 * ${numberSql(2 ** -exponent)})`);
  const total = (name: string, sql: string): string =>
    `${weightedTotal(fixedSql(sql, exponents.get(name) as number, dialect), units, dialect)} AS ${name}`;
  const found = await query(
    `SELECT bin, ${massSql(units, dialect)} AS n, ${total('v1_0', 'v0')}, ${total('u1', 'u')}
FROM (SELECT *, ${bin} AS bin FROM (${rows}) AS rows_) AS binned_ GROUP BY bin ORDER BY bin`,
  );
  const weightUnits = units.weight ?? 0;
  const column = (name: string, own: number): number[] =>
    found.map((row) => inUnits(integerOf(row[name]), own + weightUnits));
  return {
    exponent,
    center,
    bins: found.map((row) => Number(row['bin'])),
    masses: column('n', 0),
    predictions: column('v1_0', exponents.get('v1_0') as number),
    labels: column('u1', exponents.get('u1') as number),
  };
};
