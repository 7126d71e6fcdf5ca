import type { ColumnValues, RowBatch } from '../../dataset/row-batches.js';
import { checkScores } from '../check-scores.js';
import type { BatchOutputs, BatchScores, ModelPlan, PlannedInput } from '../model-plan.js';
import { readScores, type OutputValues } from '../read-scores.js';
import type { Endpoint } from './endpoint.js';
import type { RowsOfInputs } from './json-values.js';
import { invocation, outputsOfFrame, predictionsOf } from './mlflow.js';
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
    private readonly plan: ModelPlan,
    private readonly columns: readonly number[],
    private readonly hasMissingValues: boolean,
  ) {}

  /** @throws SluiceError `invalid_artifact` if the endpoint refuses or gives no scores, `unavailable` if nothing */
  async score(batch: RowBatch): Promise<BatchScores> {
    const scores = new Float64Array(batch.rows);
    const predictions = new Uint8Array(batch.rows);
    let disagreements = 0;
    await this.askRange(batch, 0, batch.rows, (answer, from, rows) => {
      const firstRow = batch.firstRow + from;
      const part = this.read(firstRow, rows, 'a score for each row, or two with --classes', () =>
        this.scoresIn(answer, rows),
      );
      checkScores(part.scores, {
        name: this.name,
        output: this.plan.outputs.score,
        firstRow,
        hasMissingValues: this.hasMissingValues,
      });
      scores.set(part.scores, from);
      predictions.set(part.predictions, from);
      disagreements += part.disagreements;
    });
    this.disagreements += disagreements;
    return { scores, predictions, disagreements };
  }

  /**
   * The outputs of a batch as they come, not checked but for their number of rows.
   *
   * @throws SluiceError `invalid_artifact` if the endpoint refuses or gives none, `unavailable` if nothing
   */
  async outputs(batch: RowBatch): Promise<BatchOutputs> {
    const parts: BatchOutputs[] = [];
    await this.askRange(batch, 0, batch.rows, (answer, from, rows) => {
      const firstRow = batch.firstRow + from;
      parts.push(
        this.read(
          firstRow,
          rows,
          'a number for each row; of several classes its label, or with --classes a score for each class',
          () => this.outputsIn(answer, rows),
        ),
      );
    });
    const labels = parts.flatMap(({ label }) => label ?? []);
    return {
      score: joined(
        parts.map(({ score }) => score),
        batch.rows,
      ),
      label: labels.length === 0 ? null : joined(labels, batch.rows),
    };
  }

  async close(): Promise<void> {
    // Nothing is held between requests.
  }

  /** Halves what would be too long a request; a single row is sent whatever its length. */
  private async askRange(
    batch: RowBatch,
    from: number,
    to: number,
    take: (answer: unknown, from: number, rows: number) => void,
  ): Promise<void> {
    const body = this.bodyOf(this.rowsOf(batch, from, to));
    if (Buffer.byteLength(body) > longestBody && to - from > 1) {
      const middle = Math.ceil((from + to) / 2);
      await this.askRange(batch, from, middle, take);
      return this.askRange(batch, middle, to, take);
    }
    take(await this.endpoint.client.post(this.endpoint.inferUrl, body), from, to - from);
  }

  private bodyOf(rows: RowsOfInputs): string {
    if (this.endpoint.protocol === 'mlflow') return invocation(rows);
    const { score, label } = this.plan.outputs;
    return inferRequest(rows, [...new Set(label === null ? [score] : [score, label])]);
  }

  /** What is wrong with an answer is told with its rows. */
  private read<Part>(firstRow: number, rows: number, expected: string, part: () => Part): Part {
    try {
      return part();
    } catch (cause) {
      throw this.endpoint.client.fault(
        {
          message: `the endpoint gives no scores for rows ${firstRow + 1} to ${firstRow + rows}`,
          found: (cause as Error).message,
          expected,
        },
        cause,
      );
    }
  }

  private scoresIn(answer: unknown, rows: number): BatchScores {
    const { outputs } = this.plan;
    if (this.endpoint.protocol === 'mlflow') {
      const { score, label } = predictionsOf(answer, outputs);
      return readScores(score, label, rows, outputs);
    }
    const label = outputs.label === null ? undefined : outputOf(answer, outputs.label);
    return readScores(outputOf(answer, outputs.score), label, rows, outputs);
  }

  private outputsIn(answer: unknown, rows: number): BatchOutputs {
    const { outputs } = this.plan;
    const { score, label } =
      this.endpoint.protocol === 'mlflow'
        ? outputsOfFrame(answer, outputs)
        : {
            score: outputOf(answer, outputs.score),
            label: outputs.label === null ? null : outputOf(answer, outputs.label),
          };
    for (const { dims, data } of label === null ? [score] : [score, label])
      if (dims[0] !== rows || data.length !== dims.reduce((product, dim) => product * dim, 1))
        throw new Error(
          `an output of shape [${dims.join(', ')}] with ${data.length} values for ${rows} rows`,
        );
    return { score, label };
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

/** Outputs of consecutive rows as one. */
const joined = (parts: readonly OutputValues[], rows: number): OutputValues => {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  return {
    dims: [rows, ...(first?.dims.slice(1) ?? [])],
    data: parts.flatMap(({ data }) => Array.from(data)),
  };
};

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
