import { SluiceError } from '@sluice/contracts';

/** Postgres's and Node's words for a database that is starting, stopping, full of connections or not there. */
const gone = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Tells the faults of a database from defects of the service: a caller may try again after the former.
 *
 * @returns null for anything else
 */
export const databaseFault = (thrown: unknown): SluiceError | null => {
  if (!(thrown instanceof Error)) return null;
  const { code } = ((thrown as { driverError?: unknown }).driverError ?? thrown) as {
    code?: unknown;
  };
  const options = { cause: thrown };
  if (gone.has(String(code)) || /connection terminated/i.test(thrown.message))
    return new SluiceError(
      'unavailable',
      'The database does not answer. Try again in a moment.',
      options,
    );
  if (code === '53100')
    return new SluiceError('storage_full', 'The database has no room left.', options);
  if (code === '57014')
    return new SluiceError('timed_out', 'The database took too long to answer.', options);
  return null;
};
