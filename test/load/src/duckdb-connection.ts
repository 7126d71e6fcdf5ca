import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/** What is done with a database in memory, which is closed afterwards. It has two threads on every machine. */
export const connected = async <Result>(
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
