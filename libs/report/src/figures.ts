import type { Check, Interval, Measure } from '@sluice/contracts';

/** Three digits after the point, with a real minus sign: enough to compare, few enough to read. */
export const figure = (value: number): string => {
  const text = Math.abs(value) < 0.0005 ? '0.000' : value.toFixed(3);
  return text.replace('-', '−');
};

export const signed = (value: number): string =>
  value > 0 && figure(value) !== '0.000' ? `+${figure(value)}` : figure(value);

export const intervalText = (interval: Interval | null): string =>
  interval === null ? '' : `[${figure(interval.lower)}, ${figure(interval.upper)}]`;

/** A measure's value with its interval, or its state when it has none. */
export const measureText = (measure: Measure | null): string => {
  if (measure === null) return 'nothing to measure';
  if (measure.value === null) return measure.state;
  const value = measure.of === 'difference' ? signed(measure.value) : figure(measure.value);
  return [value, intervalText(measure.interval)].filter((part) => part !== '').join(' ');
};

export const limitText = ({ limit }: Check): string =>
  [
    limit.at_least === undefined ? undefined : `≥ ${limit.at_least}`,
    limit.at_most === undefined ? undefined : `≤ ${limit.at_most}`,
    limit.no_worse_by === undefined
      ? undefined
      : `no worse than the champion by more than ${limit.no_worse_by}`,
  ]
    .filter((part) => part !== undefined)
    .join(' and ');

/** `demographic_parity_ratio/age_group/at_least` → what it measures, without the kind of limit. */
export const checkTitle = (check: Check): string => {
  const parts = check.id.split('/');
  const [metric, ...rest] = parts.slice(0, -1);
  return [metric, ...rest.map((part) => `by ${part}`)].join(' ');
};

/** Ten characters that show a share of one. It stands beside the number, never instead of it. */
export const bar = (share: number): string => {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * 10);
  return '█'.repeat(filled) + '░'.repeat(10 - filled);
};

export const outcomeMarks = { pass: '✅', warn: '⚠️', fail: '❌' } as const;
export const outcomeWords = { pass: 'pass', warn: 'warning', fail: 'FAIL' } as const;

export const shortDigest = (digest: string | null): string =>
  digest === null ? 'none' : digest.slice('sha256:'.length, 'sha256:'.length + 12);
