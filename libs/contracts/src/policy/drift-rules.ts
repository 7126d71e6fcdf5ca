import { weighsDrift } from './drift.js';
import { metricDefinition } from './metrics.js';
import type { PolicyCheck } from './policy-check.js';
import type { Policy } from './policy.js';

/** What a check of a drift metric may not say, and what only such a check may: the key and what was expected. */
export const driftCheckFaults = (
  check: Pick<
    PolicyCheck,
    'metric' | 'by' | 'column' | 'against' | 'holds' | 'at_least' | 'at_most'
  >,
): [key: string, message: string][] => {
  const { kind, drift, hasInterval, estimatesPerformance } = metricDefinition(check.metric);
  const faults: [string, string][] = [];
  if (!estimatesPerformance)
    for (const key of ['at_least', 'at_most'] as const)
      if (check[key] === 'reference_chunks')
        faults.push([
          key,
          `expected a number: ${check.metric} has no thresholds from chunks of the reference`,
        ]);
  if (kind !== 'drift') {
    if (check.column !== undefined)
      faults.push(['column', `expected no column: ${check.metric} is not of a single column`]);
    if (check.holds === 'unless_shown')
      faults.push(['holds', `expected estimate or interval: ${check.metric} is no drift metric`]);
    return faults;
  }
  if (check.by !== undefined)
    faults.push(['by', `expected no \`by\`: ${check.metric} is of all rows`]);
  if (check.against !== undefined)
    faults.push(['against', `expected a limit: ${check.metric} compares data, not versions`]);
  if (drift === 'table' && check.column !== undefined)
    faults.push(['column', `expected no column: ${check.metric} is of the whole table`]);
  if (!hasInterval && check.holds !== 'estimate')
    faults.push(['holds', `expected estimate: ${check.metric} has no interval`]);
  return faults;
};

/** What has no form for rows that have weights. */
const faultsOfWeights = ({
  drift,
  checks,
}: Pick<Policy, 'drift' | 'checks'>): [(string | number)[], string][] => {
  const faults: [(string | number)[], string][] = [];
  const orIgnore = 'or `drift: { weights: ignore }` to count rows, whatever they weigh';
  if (drift?.method === 'evidently')
    faults.push([
      ['drift', 'method'],
      `expected \`effect\` beside columns.weight: the tests of Evidently know no weights; ${orIgnore}`,
    ]);
  checks.forEach(({ metric }, index) => {
    const instead = metricDefinition(metric).unweightedInstead;
    if (instead !== undefined)
      faults.push([
        ['checks', index, 'metric'],
        `expected ${instead} beside columns.weight: ${metric} knows no weights; ${orIgnore}`,
      ]);
  });
  return faults;
};

/** Whether checks of drift have what they need in the rest of the policy: the path and what was expected. */
export const driftPolicyFaults = (
  policy: Pick<Policy, 'data' | 'columns' | 'drift' | 'checks'>,
): [path: (string | number)[], message: string][] => {
  const { data, columns, drift, checks } = policy;
  const faults: [(string | number)[], string][] = [];
  if (drift !== undefined && data.reference === undefined)
    faults.push([['drift'], 'expected data.reference: drift is measured against that table']);
  const listed = drift?.columns;
  if (weighsDrift({ columns, drift })) faults.push(...faultsOfWeights({ drift, checks }));
  if (columns.weight === undefined && drift?.weights !== undefined)
    faults.push([['drift', 'weights'], 'expected columns.weight beside it']);
  const embeddings = drift?.embeddings?.map(({ name }) => name) ?? [];
  embeddings.forEach((name, index) => {
    if (embeddings.indexOf(name) !== index)
      faults.push([['drift', 'embeddings', index, 'name'], 'expected each name once']);
  });
  drift?.categorical?.forEach((name, index) => {
    if (listed !== undefined && !listed.includes(name))
      faults.push([['drift', 'categorical', index], 'expected a column listed in drift.columns']);
  });
  checks.forEach((check, index) => {
    if (metricDefinition(check.metric).kind !== 'drift') return;
    if (data.reference === undefined)
      faults.push([
        ['checks', index, 'metric'],
        `expected data.reference: ${check.metric} is measured against that table`,
      ]);
    if (data.predictions !== undefined && metricDefinition(check.metric).scoresReference)
      faults.push([
        ['checks', index, 'metric'],
        `expected no data.predictions: ${check.metric} needs scores of the reference rows as well`,
      ]);
    if (metricDefinition(check.metric).drift === 'embedding') {
      if (embeddings.length === 0)
        faults.push([
          ['checks', index, 'metric'],
          `expected drift.embeddings: ${check.metric} compares one of them`,
        ]);
      else if (check.column !== undefined && !embeddings.includes(check.column))
        faults.push([
          ['checks', index, 'column'],
          `expected an embedding of drift.embeddings: ${embeddings.join(', ')}`,
        ]);
      return;
    }
    if (check.column !== undefined && listed !== undefined && !listed.includes(check.column))
      faults.push([['checks', index, 'column'], 'expected a column listed in drift.columns']);
  });
  return faults;
};
