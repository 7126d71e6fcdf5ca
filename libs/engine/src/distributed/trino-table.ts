import type { Column } from '../dataset/column.js';
import { quoteName } from '../dataset/sql.js';
import type { Table } from '../dataset/table.js';
import type { SqlRow } from './statement-answer.js';
import type { TrinoAddress } from './trino-address.js';
import type { TrinoClient } from './trino-client.js';
import { trinoColumn, trinoColumns } from './trino-columns.js';

/** A table of Trino's, in the schema that the address names. */
export class TrinoTable implements Table {
  readonly dialect = trinoColumns;

  private constructor(
    readonly name: string,
    readonly relation: string,
    readonly columns: readonly Column[],
    private readonly client: TrinoClient,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws SluiceError `invalid_data` if there is no such table */
  static async open(
    client: TrinoClient,
    { catalog, schema }: TrinoAddress,
    table: string,
    signal?: AbortSignal,
  ): Promise<TrinoTable> {
    const relation = [catalog, schema, table].map(quoteName).join('.');
    const described = await client.query(`DESCRIBE ${relation}`, signal);
    return new TrinoTable(
      `${catalog}.${schema}.${table}`,
      relation,
      described.map((row) => trinoColumn(String(row['Column']), String(row['Type']))),
      client,
      signal,
    );
  }

  /** Names have no case in Trino, which shows them in lower case; it keeps that of the policy here. */
  column(name: string): Column | undefined {
    const found = this.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
    return found && { ...found, name };
  }

  query(sql: string): Promise<SqlRow[]> {
    return this.client.query(sql, this.signal);
  }
}
