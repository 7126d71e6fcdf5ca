import {
  BIGINT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampValue,
  FLOAT,
  INTEGER,
  LIST,
  listValue,
  SMALLINT,
  TIMESTAMP,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { DataType, type Vector } from 'apache-arrow';

/** How values of an Arrow type become those of a column; null stays null. */
export interface ArrowColumn {
  readonly type: DuckDBType;
  convert(value: unknown): DuckDBValue;
}

/** The column for an Arrow type; undefined for one that is no value of a table, such as a struct. */
export const arrowColumnOf = (type: DataType): ArrowColumn | undefined => {
  if (DataType.isDictionary(type)) return arrowColumnOf(type.dictionary as DataType);
  if (DataType.isInt(type)) return plain(integers[`${type.isSigned ? '' : 'U'}${type.bitWidth}`]);
  // 0 is half precision, which a single holds exactly.
  if (DataType.isFloat(type)) return plain(type.precision === 2 ? DOUBLE : FLOAT);
  if (DataType.isBool(type)) return plain(BOOLEAN);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return plain(VARCHAR);
  if (DataType.isDecimal(type) && type.precision <= 38) {
    const { precision, scale } = type;
    return {
      type: DECIMAL(precision, scale),
      convert: (words) => new DuckDBDecimalValue(wholeOf(words as Uint32Array), precision, scale),
    };
  }
  if (DataType.isDate(type))
    return {
      type: DATE,
      convert: (time) => new DuckDBDateValue(Math.floor(Number(time) / millisecondsOfDay)),
    };
  // Arrow's library gives milliseconds with their fraction, whatever the unit.
  if (DataType.isTimestamp(type))
    return {
      type: TIMESTAMP,
      convert: (time) => new DuckDBTimestampValue(BigInt(Math.round(Number(time) * 1000))),
    };
  if (DataType.isList(type) || DataType.isFixedSizeList(type))
    return listOf(type.children[0]?.type);
  return undefined;
};

const integers: Readonly<Record<string, DuckDBType>> = {
  8: TINYINT,
  16: SMALLINT,
  32: INTEGER,
  64: BIGINT,
  U8: UTINYINT,
  U16: USMALLINT,
  U32: UINTEGER,
  U64: UBIGINT,
};

const millisecondsOfDay = 86_400_000;

const plain = (type: DuckDBType | undefined): ArrowColumn | undefined =>
  type && { type, convert: (value) => value as DuckDBValue };

const listOf = (element: DataType | undefined): ArrowColumn | undefined => {
  const column = element && arrowColumnOf(element);
  return (
    column && {
      type: LIST(column.type),
      convert: (values) =>
        listValue(
          Array.from(values as Vector, (value: unknown) =>
            value === null ? null : column.convert(value),
          ),
        ),
    }
  );
};

/** Little-endian words of a two's complement. */
const wholeOf = (words: Uint32Array): bigint => {
  const bits = words.reduce((sum, word, index) => sum | (BigInt(word) << BigInt(32 * index)), 0n);
  return BigInt.asIntN(32 * words.length, bits);
};
