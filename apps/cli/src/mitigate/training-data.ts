import type { MitigationResult } from './mitigation-result.js';
import type { Workplace } from './workplace.js';

/** A result that has nothing yet but its name. */
export const emptyResult = ({ options, by }: Workplace): MitigationResult => ({
  schema: 'sluice/mitigation/v1',
  method: options.method,
  by,
  notes: [],
  rule: null,
  mixture: null,
  constraint: null,
  measures: [],
  data: [],
  weights: [],
  outputs: [],
});
