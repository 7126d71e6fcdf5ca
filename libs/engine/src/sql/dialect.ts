/**
 * What engines say differently. Everything else of the profile's SQL is the part of the standard that they share:
 * CASE, GROUP BY, window sums, `ln`, `least`, `greatest`, `count(*)`.
 */
export interface Dialect {
  /** A name as an identifier, whatever characters are in it. */
  name(name: string): string;
  /** A text as a literal. */
  text(text: string): string;
  /** The position of a text among names, from 0; NULL for any other. */
  code(text: string, names: readonly string[]): string;
  /** The number that stands at a position, from 0, in a list; NULL for NULL. */
  at(position: string, numbers: readonly number[]): string;
  /** 1 for a text that is one of several, else 0. */
  isOneOf(text: string, texts: readonly string[]): string;
  /** The largest whole number that is no larger than a number, as an integer. */
  floor(number: string): string;
  /** The nearest whole number, in 64 bits. */
  whole(number: string): string;
  /** An integer of at least 126 bits, or 38 digits. */
  wide(integer: string): string;
  /** The sum of integers of 64 bits, in at least 126 bits: exact, and so the same in whatever order it is taken. */
  total(integer: string): string;
  /** An integer as a number of 64 bits. */
  double(integer: string): string;
  /** The position, from 0, of the largest of several numbers: of the first of them that are. */
  largestAt(numbers: readonly string[]): string;
  /** One of several numbers, by its position from 0. */
  element(numbers: readonly string[], position: string): string;
  /** Rows as often as lists are long, which are of one length, with the numbers of each place by the names of the lists. */
  unnested(from: string, lists: Readonly<Record<string, readonly string[]>>): string;
  /** About how many different numbers there are, to a few hundredths. */
  distinct(number: string): string;
}

/** A number as a literal of 64 bits; a plain one would be a decimal. */
export const numberSql = (value: number): string => value.toExponential();

/** A condition as 1 and 0. */
export const truthSql = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
