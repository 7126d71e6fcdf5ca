import { SluiceError } from '@sluice/contracts';
import { z } from 'zod';

/** The number of a version as a path has it. */
export const versionNumberParameter = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'expected the number of a version')
  .transform(Number);

export const idParameter = z.uuid('expected an id as the API gave it');

export const notFound = (what: string): SluiceError =>
  new SluiceError('not_found', `There is no ${what}.`);
