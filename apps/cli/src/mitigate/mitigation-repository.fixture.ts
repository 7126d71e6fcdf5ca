import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePolicy } from '@sluice/contracts';
import { readColumns, writeTable, type DatasetSource, type NewColumn } from '@sluice/engine';
import { Command } from 'commander';
import { mitigateCommand } from '../commands/mitigate.js';
import { createTerminal } from '../terminal.js';
import { mitigate } from './mitigate.js';
import type { MitigationResult } from './mitigation-result.js';
import type { mitigateInThread } from './mitigation-thread.js';
import { scoreTable, type ScoredTable } from './scored-table.js';
import type { Attention } from './workplace.js';
import { decisionsOf } from './write-decisions.js';

const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
const accurate = 'proposals/more-accurate.onnx';

const attention: Attention = {
  signal: new AbortController().signal,
  progress: () => undefined,
  warn: (text) => {
    throw new Error(`a warning: ${text}`);
  },
  compute: (_, work) => Promise.resolve(work()),
};

/** What the thread does, without the seconds that a thread takes to load. */
const inProcess: typeof mitigateInThread = (task) => mitigate({ ...task, attention });

/** A repository of the tests' own, where they write each file under a name of its own. */
export class MitigationRepository {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-mitigate-spec-'));
  private readonly scored = new Map<string, Promise<ScoredTable>>();

  constructor() {
    for (const path of ['sluice.yaml', 'model.onnx', 'data', 'proposals'])
      cpSync(join(example, path), join(this.folder, path), { recursive: true });
  }

  readonly at = (name: string): string => join(this.folder, name);

  readonly table = (name: string): DatasetSource => ({
    files: [{ path: this.at(name), name }],
    name,
  });

  /** Runs the command without a thread and without its texts. */
  readonly result = async (...args: string[]): Promise<MitigationResult> => {
    let out = '';
    const terminal = createTerminal({ write: (text) => (out += text) }, { write: () => true }, {});
    const { folder } = this;
    const context = { terminal, environment: {}, folder, signal: attention.signal, exitCode: 0 };
    const command = new Command().addCommand(mitigateCommand(context, inProcess));
    await command.parseAsync(['mitigate', ...args, '--json'], { from: 'user' });
    return JSON.parse(out) as MitigationResult;
  };

  /** What a model says of the rows of a table, for groups by some columns. */
  readonly scoresOf = (
    model: string,
    by: readonly string[],
    rows: string,
  ): Promise<ScoredTable> => {
    const key = JSON.stringify([model, by, rows]);
    const known = this.scored.get(key) ?? this.scoreRows(model, by, rows);
    this.scored.set(key, known);
    return known;
  };

  /** The rows that a model decides itself, and what the rule of the result decides about the same rows. */
  readonly bothDecisions = async (model: string, found: MitigationResult, rows: string) => {
    const served = await this.scoresOf(model, found.by, rows);
    const scored = await this.scoresOf(accurate, found.by, rows);
    return {
      served: served.prediction,
      ruled: decisionsOf(found.rule as never, scored, 1),
      scored,
    };
  };

  /** Tables that hold the scores of the model already, whole and in parts, and policies that read them. */
  async addScoredTables(): Promise<void> {
    mkdirSync(this.at('repeated'));
    mkdirSync(this.at('parts'));
    for (const name of ['train', 'holdout']) {
      const source = this.table(`data/${name}.parquet`);
      const { score, label } = await this.scoresOf(accurate, ['sex'], source.name);
      const column = (of: string, values: (row: number) => number) => ({
        name: of,
        values: Float64Array.from(label, (_, row) => values(row)),
      });
      const id = column('id', (row) => row);
      const scores = { name: 'score', values: score as Float64Array };
      const times = column('times', (row) => (name === 'train' ? (row * 7) % 3 : 1));
      const minus = column('minus', () => -1);
      const write = (output: string, columns: readonly NewColumn[], keep?: Uint8Array) =>
        writeTable({ source, columns, output: this.at(output), ...(keep && { keep }) });
      const rows = (which: (row: number) => boolean): Uint8Array =>
        Uint8Array.from(label, (_, row) => Number(which(row)));
      await write(`plain-${name}.parquet`, [id]);
      await write(`scored-${name}.parquet`, [id, scores, times, minus]);
      const beside = this.table(`scored-${name}.parquet`);
      const { texts } = await readColumns(beside, { texts: ['id', 'score'] });
      const [ids = [], all = []] = ['id', 'score'].map((of) => texts.get(of));
      const lines = ids.map((one, row) => `${one},${all[row]}`).toReversed();
      const file = name === 'train' ? 'scores-train.csv' : 'scores.csv';
      writeFileSync(this.at(file), `id,score\n${lines.join('\n')}\n`);
      if (name === 'holdout') continue;
      cpSync(this.at('scored-train.parquet'), this.at('weighed.parquet'));
      for (const often of [1, 2])
        await write(
          `repeated/${often}.parquet`,
          [id, scores],
          rows((row) => (times.values[row] as number) >= often),
        );
      await write(
        'parts/part-0.jsonl',
        [id, scores],
        rows((row) => row < 250),
      );
      await write(
        'parts/part-1.jsonl',
        [id, scores],
        rows((row) => row >= 250),
      );
    }
    const policy = readFileSync(this.at('sluice.yaml'), 'utf8')
      .replace('artifact: model.onnx\n', '')
      .replace('data/holdout.parquet', 'scored-holdout.parquet')
      .replace('  protected:', '  score: score\n  protected:');
    writeFileSync(this.at('scored.yaml'), policy);
    writeFileSync(
      this.at('weighed.yaml'),
      policy.replace('  protected:', '  weight: times\n  protected:'),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private scoreRows(model: string, by: readonly string[], rows: string): Promise<ScoredTable> {
    const parsed = parsePolicy(readFileSync(this.at('sluice.yaml'), 'utf8'));
    const listed = parsed.columns.protected.filter(({ name }) => !by.includes(name));
    const columns = { ...parsed.columns, protected: [...listed, ...by.map((name) => ({ name }))] };
    const policy = { ...parsed, columns };
    return scoreTable(this.table(rows), {
      policy,
      by,
      model: this.at(model),
      attention,
      warn: false,
    });
  }
}
