import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildOnnxModel } from '@sluice/artifacts/testing';
import { parsePolicy } from '@sluice/contracts';
import { profileDataset } from '@sluice/engine';
import { madeTable } from './made-table.js';
import { lineOf, timeInTurn, type CaseTiming, type Timing } from './timing.js';

/** A model whose score is a column of the data, so that scoring costs next to nothing. */
const echo = (column: string): Buffer =>
  buildOnnxModel({
    inputs: [{ name: column, shape: [null, 1] }],
    outputs: [{ name: 'probability', shape: [null, 1] }],
    nodes: [{ operator: 'Identity', inputs: [column], outputs: ['probability'] }],
  });

const modelBeside = (path: string, model: 'version' | 'champion'): string =>
  join(dirname(path), `echo-${model}.onnx`);

/** A table of labels, what either model says and two protected columns, and the models beside it. */
export const pairTable = async (folder: string, rows: number): Promise<string> => {
  const path = await madeTable(
    join(folder, `pair-${rows}.parquet`),
    `SELECT CASE WHEN hash(i, 1) % 1000 < 700 * s + 150 THEN 'good' ELSE 'bad' END AS label,
       CAST(s AS FLOAT) AS score,
       CAST(floor((0.8 * s + 0.2 * (hash(i, 4) % 1000003) / 1000003.0) * 1000003) / 1000003.0 AS FLOAT) AS rival,
       'group ' || (hash(i, 2) % 6) AS age_group,
       CASE WHEN hash(i, 3) % 2 = 0 THEN 'female' ELSE 'male' END AS sex
     FROM (SELECT i, (hash(i, 0) % 1000003) / 1000003.0 AS s FROM range(${rows}) t(i))`,
  );
  writeFileSync(modelBeside(path, 'version'), echo('score'));
  writeFileSync(modelBeside(path, 'champion'), echo('rival'));
  return path;
};

/** The profile of rows once they are scored, by the version alone or by the champion, too. */
export const profileScored =
  (withChampion: boolean) =>
  async (path: string): Promise<CaseTiming> => {
    const policy = parsePolicy(`version: 1
model: bench
task: binary-classification
artifact: version.onnx
data: { evaluation: pair.parquet }
columns:
  label: label
  favorable: good
  protected: [{ name: age_group }, { name: sex }]
checks:
  - { metric: roc_auc, at_least: 0.5 }
  - { metric: demographic_parity_ratio, by: age_group, at_least: 0.5 }
`);
    let [start, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
    await profileDataset({
      policy,
      dataset: { path },
      model: { path: modelBeside(path, 'version') },
      champion: withChampion ? { path: modelBeside(path, 'champion') } : null,
      onProgress: ({ step, done, total }) => {
        if (step === 'score' && done === total)
          [start, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
      },
    });
    const { user, system } = process.cpuUsage(cpu);
    return {
      seconds: Number(process.hrtime.bigint() - start) / 1e9,
      cpuSeconds: (user + system) / 1e6,
    };
  };

/** What a champion adds to the profile of rows that are scored. */
export interface ChampionResult {
  readonly rows: number;
  readonly bare: Timing;
  readonly version: Timing;
  readonly pair: Timing;
  /** The seconds of both models' scores in those of the version's alone. */
  readonly ratio: number;
  /** Likewise of processor time. */
  readonly cpuRatio: number;
}

/** Times it, and says so. */
export const compareChampion = async (
  folder: string,
  rows: number,
  repeat: number,
  say: (text: string) => void,
): Promise<ChampionResult> => {
  const names = ['duckdb-scan-and-group', 'profile-of-version', 'profile-of-pair'];
  const timings = await timeInTurn(names, await pairTable(folder, rows), repeat);
  const [bare, version, pair] = timings as [Timing, Timing, Timing];
  const ratio = pair.seconds / version.seconds;
  const cpuRatio = pair.cpuSeconds / version.cpuSeconds;
  say(
    `${rows} rows with scores of version and champion (2 protected columns), once they are scored\n` +
      lineOf('DuckDB scan and group', bare) +
      lineOf('version alone', version) +
      lineOf('version and champion', pair) +
      `  ratio of both to one ${ratio.toFixed(1)}, of processor time ${cpuRatio.toFixed(1)}\n\n`,
  );
  return { rows, bare, version, pair, ratio, cpuRatio };
};
