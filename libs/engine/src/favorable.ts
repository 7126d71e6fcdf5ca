/** A value of a label, whether it comes from data, from a model or from a policy. */
export type LabelValue = string | number | boolean;

/**
 * Whether a value is the one that a policy calls favorable.
 *
 * Values of one type must be equal. Across types they are compared as numbers, with true as 1 and false as 0, since
 * the same label is 1 in Parquet, '1' in CSV and true in JSON. So 'good' never equals 1, and '1' equals 1.0.
 */
export const isFavorable = (value: LabelValue, favorable: LabelValue): boolean => {
  if (typeof value === typeof favorable) return value === favorable;
  const number = numberOf(value);
  return number !== undefined && number === numberOf(favorable);
};

/** Whether a value can be compared with numbers. */
export const isNumeric = (value: LabelValue): boolean => numberOf(value) !== undefined;

const numberOf = (value: LabelValue): number | undefined => {
  if (typeof value !== 'string') return Number(value);
  const text = value.trim().toLowerCase();
  if (text === 'true') return 1;
  if (text === 'false') return 0;
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? undefined : number;
};
