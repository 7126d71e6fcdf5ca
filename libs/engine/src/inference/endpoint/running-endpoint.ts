import type { ColumnValues, RowBatch } from '../../dataset/row-batches.js';
import { checkScores } from '../check-scores.js';
import type { BatchScores, ModelPlan, PlannedInput } from '../model-plan.js';
import { readScores } from '../read-scores.js';
import type { Endpoint } from './endpoint.js';
import type { RowsOfInputs } from './json-values.js';
import { invocation, predictionsOf } from './mlflow.js';
import { inferRequest, outputOf } from './open-inference.js';

/** Servers take bodies of at least this size, Sluice's own of twice as much. */
const longestBody = 4 * 1024 ** 2;

/** A model behind an endpoint, which scores batches as `RunningModel` does. */
export class RunningEndpoint {
  /** Rows whose predicted label isn't the one of the higher probability. */
  disagreements = 0;
  /** A server gets one request at a time from each evaluation; the next batch is read meanwhile. */
  readonly atOnce = 1;

  /** @param columns the positions, in a batch of rows, of the columns that the plan speaks of */
  constructor(
    readonly name: string,
    private readonly endpoint: Endpoint,
    private readonly plan: Pick<ModelPlan, 'inputs' | 'outputs'>,
    private readonly columns: readonly number[],
    private readonly hasMissingValues: boolean,
  ) {}

  /** @throws SluiceError `invalid_artifact` if the endpoint refuses or gives no scores, `unavailable` if nothing */
  async score(batch: RowBatch): Promise<BatchScores> {
    const scores = new Float64Array(batch.rows);
    const predictions = new Uint8Array(batch.rows);
    let disagreements = 0;
    await this.scoreRange(batch, 0, batch.rows, (from, part) => {
      scores.set(part.scores, from);
      predictions.set(part.predictions, from);
      disagreements += part.disagreements;
    });
    this.disagreements += disagreements;
    return { scores, predictions, disagreements };
  }

  async close(): Promise<void> {
    // Nothing is held between requests.
  }

  /** Halves what would be too long a request; a single row is sent whatever its length. */
  private async scoreRange(
    batch: RowBatch,
    from: number,
    to: number,
    take: (from: number, part: BatchScores) => void,
  ): Promise<void> {
    const body = this.bodyOf(this.rowsOf(batch, from, to));
    if (Buffer.byteLength(body) > longestBody && to - from > 1) {
      const middle = Math.ceil((from + to) / 2);
      await this.scoreRange(batch, from, middle, take);
      return this.scoreRange(batch, middle, to, take);
    }
    const answer = await this.endpoint.client.post(this.endpoint.inferUrl, body);
    const firstRow = batch.firstRow + from;
    const part = this.read(answer, firstRow, to - from);
    checkScores(part.scores, {
      name: this.name,
      output: this.plan.outputs.score,
      firstRow,
      hasMissingValues: this.hasMissingValues,
    });
    take(from, part);
  }

  private bodyOf(rows: RowsOfInputs): string {
    if (this.endpoint.protocol === 'mlflow') return invocation(rows);
    const { score, label } = this.plan.outputs;
    return inferRequest(rows, label === null ? [score] : [score, label]);
  }

  private read(answer: unknown, firstRow: number, rows: number): BatchScores {
    const { outputs } = this.plan;
    try {
      if (this.endpoint.protocol === 'mlflow') {
        const { score, label } = predictionsOf(answer, outputs);
        return readScores(score, label, rows, outputs);
      }
      const label = outputs.label === null ? undefined : outputOf(answer, outputs.label);
      return readScores(outputOf(answer, outputs.score), label, rows, outputs);
    } catch (cause) {
      throw this.endpoint.client.fault(
        {
          message: `the endpoint gives no scores for rows ${firstRow + 1} to ${firstRow + rows}`,
          found: (cause as Error).message,
          expected: 'a score for each row, or two with --classes',
        },
        cause,
      );
    }
  }

  private rowsOf(batch: RowBatch, from: number, to: number): RowsOfInputs {
    return {
      rows: to - from,
      inputs: this.plan.inputs.map((input) => {
        const columns = input.columns.map(
          ({ index }) => batch.columns[this.columns[index] as number] as ColumnValues,
        );
        const width = input.shape.reduce((product, dim) => product * dim, 1);
        const read = readerOf(input, columns, width);
        const { name, storage, shape } = input;
        return { name, storage, shape, width, valueAt: (row, index) => read(from + row, index) };
      }),
    };
  }
}

/** Values of one list column lie row by row; several columns are one value a row each. */
const readerOf = (
  input: PlannedInput,
  columns: readonly ColumnValues[],
  width: number,
): ((row: number, index: number) => unknown) => {
  if (columns.length > 1)
    return (row, index) => decoded(input, index, (columns[index] as ColumnValues)[row]);
  const [values] = columns as [ColumnValues];
  return (row, index) => decoded(input, 0, values[row * width + index]);
};

const decoded = (input: PlannedInput, column: number, value: unknown): unknown => {
  const dictionary = input.columns[column]?.dictionary ?? null;
  return dictionary === null ? value : dictionary[value as number];
};
