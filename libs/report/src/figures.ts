import { isDriftMetric, type Check, type Interval, type Measure } from '@sluice/contracts';

/** Three digits after the point, with a real minus sign: enough to compare, few enough to read. */
export const figure = (value: number): string => {
  const text = Math.abs(value) < 0.0005 ? '0.000' : value.toFixed(3);
  return text.replace('-', '−');
};

export const signed = (value: number): string =>
  value > 0 && figure(value) !== '0.000' ? `+${figure(value)}` : figure(value);

export const intervalText = (interval: Interval | null): string =>
  interval === null ? '' : `[${figure(interval.lower)}, ${figure(interval.upper)}]`;

/** An amount in the currency of the policy: three digits that count, at least those before the point. */
export const valueText = (value: number): string => {
  const size = Math.abs(value);
  const decimals = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const [whole = '', rest] = size.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest === undefined ? '' : `.${rest}`);
  return value < 0 && Number(size.toFixed(decimals)) !== 0 ? `−${grouped}` : grouped;
};

/** A check's value, with digits enough to tell it from the limit that it misses. */
export const checkValue = ({ measure, limit }: Check): string => {
  if (measure?.value == null) return measureText(measure);
  const { value } = measure;
  const limits = [
    limit.at_least,
    limit.at_most,
    limit.no_worse_by,
    limit.no_worse_by === undefined ? undefined : -limit.no_worse_by,
  ];
  const rounds = (digits: number): boolean =>
    limits.some(
      (bound) =>
        bound !== undefined && bound !== value && value.toFixed(digits) === bound.toFixed(digits),
    );
  const digits = [3, 4, 5, 6, 9, 12].find((candidate) => !rounds(candidate)) ?? 15;
  if (digits === 3) return measureText({ ...measure, interval: null });
  const text = value.toFixed(digits).replace('-', '−');
  return measure.of === 'difference' && value > 0 ? `+${text}` : text;
};

/** A measure's value with its interval, or its state when it has none. */
export const measureText = (measure: Measure | null): string => {
  if (measure === null) return 'nothing to measure';
  if (measure.value === null) return measure.state;
  const value = measure.of === 'difference' ? signed(measure.value) : figure(measure.value);
  return [value, intervalText(measure.interval)].filter((part) => part !== '').join(' ');
};

export const limitText = ({ limit }: Check): string =>
  [
    limit.at_least === undefined ? undefined : `≥ ${boundText(limit.at_least, limit)}`,
    limit.at_most === undefined ? undefined : `≤ ${boundText(limit.at_most, limit)}`,
    limit.no_worse_by === undefined ? undefined : `no worse by more than ${limit.no_worse_by}`,
  ]
    .filter((part) => part !== undefined)
    .join(' and ')
    .concat(limit.holds === 'interval' ? ', whole interval' : '')
    .concat(limit.holds === 'unless_shown' ? ', unless shown' : '')
    .concat(limit.reference_chunks === undefined ? '' : chunksText(limit.reference_chunks));

/** A bound as the policy has it, or with the digits that one set by chunks is read with. */
const boundText = (bound: number, { reference_chunks }: Check['limit']): string =>
  reference_chunks === undefined ? String(bound) : figure(bound);

const chunksText = ({ chunks, rows }: NonNullable<Check['limit']['reference_chunks']>): string =>
  ` (${chunks} chunks of ${rows} reference rows)`;

/**
 * What a check measures, taken from its id: `demographic_parity_ratio/age_group/at_least` is that ratio by age_group, and
 * `precision/across difference/sex/within job/at_most` the difference in precision by sex within each value of job.
 * The columns' names are the user's; the rest is ours.
 */
export const checkParts = (
  check: Check,
): { metric: string; by: string | null; made: string; against: string } => {
  const [named = '', ...rest] = check.id.split('/');
  const [, metric = named, parameter] = /^(.*)\((.*)\)$/.exec(named) ?? [];
  // A column's name may hold a slash itself; only the kind of limit at the end is left off.
  const place = rest.slice(0, -1);
  const across = place[0]?.startsWith('across ') ? place.shift() : undefined;
  const made = [
    ...(parameter === undefined ? [] : [`parameter ${parameter}`]),
    ...(across === undefined ? [] : [across.replace('across ', '').replaceAll('_', ' ')]),
  ];
  return {
    metric,
    by: place.length > 0 ? place.join('/').replace('/within ', ' within ') : null,
    made: made.length > 0 ? ` (${made.join(', ')})` : '',
    against: rest.at(-1)?.startsWith('against_champion') ? ' against the champion' : '',
  };
};

/** A metric by groups of a column, or of the column itself. */
export const joined = (metric: string): 'by' | 'of' => (isDriftMetric(metric) ? 'of' : 'by');

/** The same of a measure: what is made of its metric, and the column, group and stratum that it is of. */
export const measureParts = (
  measure: Measure,
): { metric: string; by: string | null; made: string } => {
  const { metric, by, group, across, within, parameter } = measure;
  const made = [
    ...(parameter === undefined ? [] : [`parameter ${parameter}`]),
    ...(across === undefined ? [] : [across.replaceAll('_', ' ')]),
  ];
  const stratum =
    within === undefined
      ? ''
      : within.value === null
        ? ` within ${within.column}`
        : ` where ${within.column} is ${within.value}`;
  return {
    metric,
    by: by === null ? null : `${by}${group === null ? '' : `, ${group}`}${stratum}`,
    made: made.length > 0 ? ` (${made.join(', ')})` : '',
  };
};

export const checkTitle = (check: Check): string => {
  const { metric, by, made, against } = checkParts(check);
  return `${metric}${made}${by === null ? '' : ` ${joined(metric)} ${by}`}${against}`;
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
