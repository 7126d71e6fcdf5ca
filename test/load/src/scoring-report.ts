import { featureTable, type BenchModel } from './onnx-scoring.js';
import { lineOf, timeInTurn, type Timing } from './timing.js';

const titles: Readonly<Record<BenchModel, string>> = {
  trees: '200 boosted trees of depth 6',
  network: 'a network of two hidden layers of 64',
};

/** A model's scoring against the bare loop, and against reading the table and then the bare loop. */
export interface ScoringResult {
  readonly model: BenchModel;
  readonly rows: number;
  readonly bare: Timing;
  readonly read: Timing;
  readonly ours: Timing;
  /** The bare loop's seconds in ours: 1 is as fast, 0.5 takes twice as long. */
  readonly speed: number;
  readonly speedWithReading: number;
  /** Likewise of processor time, the bare loop's alone. */
  readonly cpuSpeed: number;
}

/** Times the scoring of a table of 20 features by each model, and says so. */
export const compareScoring = async (
  folder: string,
  rows: number,
  repeat: number,
  say: (text: string) => void,
): Promise<ScoringResult[]> => {
  const table = await featureTable(folder, rows);
  const results: ScoringResult[] = [];
  for (const model of ['trees', 'network'] as const) {
    const names = [`onnx-bare-${model}`, 'duckdb-read', `onnx-scoring-${model}`];
    const [bare, read, ours] = (await timeInTurn(names, table, repeat)) as [Timing, Timing, Timing];
    const speed = bare.seconds / ours.seconds;
    const speedWithReading = (bare.seconds + read.seconds) / ours.seconds;
    const cpuSpeed = bare.cpuSeconds / ours.cpuSeconds;
    const result = { model, rows, bare, read, ours, speed, speedWithReading, cpuSpeed };
    results.push(result);
    say(textOf(result));
  }
  return results;
};

const textOf = ({ model, rows, bare, read, ours, ...speeds }: ScoringResult): string =>
  `${rows} rows of 20 features scored by ${titles[model]}\n` +
  lineOf('ONNX Runtime, bare loop', bare) +
  lineOf('DuckDB, bare read', read) +
  lineOf('evaluation', ours) +
  `  speed ${speeds.speed.toFixed(2)} of the bare loop, ${speeds.speedWithReading.toFixed(2)} of the bare read and the loop; by processor time ${speeds.cpuSpeed.toFixed(2)} of the loop\n\n`;
