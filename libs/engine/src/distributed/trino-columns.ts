import type { Column, ColumnKind } from '../dataset/column.js';
import type { ColumnDialect } from '../dataset/sql.js';

/** Makes a column of what Trino's DESCRIBE says of it. */
export const trinoColumn = (name: string, type: string): Column => ({
  name,
  type: type.toUpperCase(),
  kind: kindOf(type),
  untyped: false,
});

const kindOf = (type: string): ColumnKind => {
  if (/^(tinyint|smallint|integer|bigint)$/.test(type)) return 'integer';
  if (/^(real|double|decimal\(\d+,\s*\d+\))$/.test(type)) return 'number';
  if (type === 'boolean') return 'boolean';
  return /^(varchar|char)(\(\d+\))?$/.test(type) ? 'text' : 'other';
};

/** Up to here every whole number is one of 64 bits, and has fewer digits than a decimal holds. */
const largestWhole = '1e15';

export const trinoColumns: ColumnDialect = {
  isNaN: (number) => `is_nan(${number})`,
  // Trino writes 1 of 64 bits as 1.0E0. Groups should be called what they are called in a file.
  numberText: (number, type) =>
    type.startsWith('DECIMAL')
      ? `CAST(${number} AS VARCHAR)`
      : `CASE WHEN abs(${number}) < ${largestWhole} AND ${number} = floor(${number}) ` +
        `THEN CAST(CAST(${number} AS DECIMAL(17, 1)) AS VARCHAR) ` +
        `ELSE json_format(CAST(${number} AS JSON)) END`,
  // Files are read in parts, in no order.
  rowNumber: null,
};
