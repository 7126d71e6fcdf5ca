import { readFileSync } from 'node:fs';

/** A figure, or "nan", "inf" or "-inf", or what was raised. */
export type Said = number | string | { readonly error: string };

interface Generator {
  readonly n: number;
  readonly multiplier: number;
  readonly modulus: number;
  readonly scale: number;
  readonly offset: number;
}

type Column = readonly (number | string)[] | { readonly generator: Generator };

export interface NumericCase {
  readonly reference: Column;
  readonly current: Column;
  readonly scipy: Readonly<Record<string, Said | readonly Said[]>>;
  readonly evidently: Readonly<Record<string, Said>>;
  readonly evidently_integer?: Readonly<Record<string, Said>>;
}

export interface CategoricalCase {
  readonly reference: Readonly<Record<string, number>>;
  readonly current: Readonly<Record<string, number>>;
  readonly scipy: Readonly<Record<string, Said | readonly Said[]>>;
  readonly evidently: Readonly<Record<string, Said>>;
}

interface Drift {
  readonly special: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly numeric: Readonly<Record<string, NumericCase>>;
  readonly categorical: Readonly<Record<string, CategoricalCase>>;
  readonly fisher: readonly { readonly table: number[][]; readonly scipy: [Said, number] }[];
  readonly embeddings: {
    readonly reference: number[][];
    readonly current: number[][];
    readonly evidently: Readonly<Record<string, number>>;
  };
}

interface CbpeCase {
  readonly reference: { score: number[]; prediction: number[]; label: number[] };
  readonly analysis: { score: number[]; prediction: number[] };
  readonly chunk_size: number;
  readonly calibrated: boolean;
  readonly metrics: Readonly<
    Record<
      string,
      {
        estimated: number[];
        sampling_error: number[];
        reference_realised: number[];
        lower_threshold: number;
        upper_threshold: number;
      }
    >
  >;
  readonly unrounded_roc_auc: number[];
}

interface NannyMl {
  readonly cbpe: Readonly<Record<string, CbpeCase>>;
  readonly isotonic: readonly {
    name: string;
    score: number[];
    label: number[];
    queries: number[];
    calibrated: number[];
  }[];
  readonly reconstruction: {
    readonly reference: Readonly<Record<string, number[]>>;
    readonly analysis: Readonly<Record<string, number[]>>;
    readonly chunk_size: number;
    readonly components: number;
    readonly explained: number;
    readonly value: number[];
    readonly sampling_error: number[];
    readonly lower_threshold: number | null;
    readonly upper_threshold: number;
  };
}

const read = (file: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../../test/fixtures/oracles/${file}`, import.meta.url), 'utf8'),
  );

export const drift = read('drift.json') as Drift;
export const nannyMl = read('nannyml.json') as NannyMl;

export const numericCases = Object.entries(drift.numeric);
export const categoricalCases = Object.entries(drift.categorical);

export const materialised = (column: Column): Float64Array => {
  if ('generator' in column) {
    const { n, multiplier, modulus, scale, offset } = column.generator;
    return Float64Array.from(
      { length: n },
      (_, row) => (((row * multiplier) % modulus) / modulus) * scale + offset,
    );
  }
  return Float64Array.from(column, (value) =>
    value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value),
  );
};

/** |ours − theirs|, in absolute terms below 1 and relative ones above. */
export const deviation = (ours: number | null, theirs: number): number =>
  ours === null ? Infinity : Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
