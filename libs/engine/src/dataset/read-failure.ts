import type { SluiceError } from '@sluice/contracts';
import { faultError } from '../fault-collector.js';
import { reasonOf, shortageOf, type ShownFile } from '../foreign-error.js';

/** What a query that failed means for whoever asked: no room for it, or a table that can't be read to its end. */
export const readFailure = (
  name: string,
  files: readonly ShownFile[],
  cause: unknown,
): SluiceError =>
  shortageOf(cause) ??
  faultError(
    'invalid_data',
    [
      {
        file: name,
        path: 'data.evaluation',
        message: 'the dataset broke off while it was being read',
        found: reasonOf(cause, ...files),
        hint: 'Write the file again: it is damaged, or was changed meanwhile.',
      },
    ],
    cause,
  );
