import type { ValueTransformer } from 'typeorm';

/** pg gives bigint as text, because it could exceed what a number holds; our counters and sizes don't. */
export const wholeNumber: ValueTransformer = {
  to: (value: unknown): unknown => value,
  from: (value: string | null): number | null => (value === null ? null : Number(value)),
};
