import { streamVectors } from '../dataset/stream-vectors.js';
import type { ScoreSource } from './score-source.js';

const sampleSize = 16_384;

/** How scores are spread, as a sample of them tells. */
export interface ScoreLimits {
  /** Scores that part the rows about evenly; the first is below and the last above all. */
  readonly limits: readonly number[];
  readonly lowest: number;
  readonly highest: number;
}

/** Looks at a sample of the scores. */
export const scoreLimits = async (
  { dataset, relation, score }: ScoreSource,
  parts: number,
  inOneRound: boolean,
): Promise<ScoreLimits> => {
  const sample: number[] = [];
  // In one round uneven parts only cost time, and a sample of all rows always does. In several, parts must fit.
  const from = !inOneRound
    ? `${relation.from} USING SAMPLE reservoir(${sampleSize} ROWS) REPEATABLE (1)`
    : relation.from === dataset.relation
      ? await dataset.firstRows(sampleSize)
      : `${relation.from} LIMIT ${sampleSize}`;
  for await (const { columns } of streamVectors(
    dataset,
    [{ sql: score, storage: 'float64' }],
    from,
  ))
    sample.push(...(columns[0] as Float64Array));
  sample.sort((a, b) => a - b);
  const inner = Array.from(
    { length: parts - 1 },
    (_, index) => sample[Math.floor((sample.length * (index + 1)) / parts)],
  );
  const distinct = [...new Set(inner)].filter(
    (limit) => limit !== undefined && limit > (sample[0] ?? 0),
  );
  return {
    limits: [-Infinity, ...(distinct as number[]), Infinity],
    lowest: sample[0] ?? 0,
    highest: sample.at(-1) ?? 0,
  };
};
