import type { Column } from './column.js';
import type { Dataset } from './dataset.js';
import { quoteName, quoteText } from './sql.js';

/** The distinct texts of a column; a row is then a position among them. */
export type Dictionary = readonly string[];

const mostEntries = 1000;
/** In characters: the dictionary is spelled out in the query. */
const longestDictionary = 64 * 1024;

/**
 * The dictionary of a text column without missing values, or null when it has too many texts. Reading text row by row is the slowest
 * part of scoring, and features that are text mostly have a handful of values.
 */
export const dictionaryOf = async (
  column: Column,
  dataset: Dataset,
): Promise<Dictionary | null> => {
  const text = `CAST(${quoteName(column.name)} AS VARCHAR)`;
  const found = await dataset.query(
    `SELECT DISTINCT ${text} AS text FROM data LIMIT ${mostEntries + 1}`,
  );
  const texts = found.map((row) => String(row['text'])).toSorted();
  const length = texts.reduce((sum, entry) => sum + entry.length, 0);
  // A NUL character would end the query that spells the dictionary out.
  const unfit = texts.some((entry) => entry.includes('\0'));
  return texts.length > mostEntries || length > longestDictionary || unfit ? null : texts;
};

/** The position of a text in a dictionary that holds it. */
export const codeSql = (text: string, dictionary: Dictionary): string =>
  `enum_code(CAST(${text} AS ENUM(${dictionary.map(quoteText).join(', ')})))`;
