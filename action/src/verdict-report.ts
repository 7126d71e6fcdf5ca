import { championEnvironment, type Check, type Policy } from '@sluice/contracts';
import { renderVerdictMarkdown, verdictHeadline } from '@sluice/report';
import type { Judged } from './evaluate.js';
import type { Annotation, Report } from './report.js';

interface VerdictCircumstances {
  policyPath: string;
  headSha: string;
  notes: readonly (string | null)[];
}

/** The largest output that GitHub takes is 1 MB, of all outputs together. */
const longestOutput = 900_000;

export const verdictReport = (
  evaluation: Judged,
  { policyPath, headSha, notes }: VerdictCircumstances,
): Report => {
  const { verdict } = evaluation;
  const said = notes.filter((note) => note !== null);
  return {
    outcome: verdict.outcome,
    headline: verdictHeadline(verdict),
    markdown: (budget) =>
      renderVerdictMarkdown(
        verdict,
        {
          versionNumber: evaluation.version,
          championNumber: evaluation.champion,
          headSha,
          policyFile: policyPath,
          ...(said.length === 0 ? {} : { policyNote: said.join(' ') }),
        },
        budget,
      ),
    annotations: verdict.checks.flatMap(checkAnnotation),
    outputs: verdictOutputs(evaluation),
  };
};

export const verdictOutputs = ({
  id,
  verdict,
  verdictDigest,
}: Pick<Judged, 'id' | 'verdict' | 'verdictDigest'>): Record<string, string> => {
  const document = JSON.stringify(verdict);
  return {
    evaluation: id,
    'verdict-digest': verdictDigest ?? '',
    // A cut document would be worse than none; the evaluation's id leads to the whole one.
    ...(Buffer.byteLength(document) <= longestOutput ? { verdict: document } : {}),
  };
};

export const checkAnnotation = (check: Check): Annotation[] => {
  if (check.outcome === 'pass') return [];
  const advice = check.advice === null ? '' : ` ${check.advice}`;
  return [
    {
      level: check.outcome === 'fail' ? 'error' : 'warning',
      title: `${check.id} ${check.outcome === 'fail' ? 'failed' : 'warns'}`,
      message: `${check.reason}${advice}`,
    },
  ];
};

/** The version that `against: champion` compares with, as an evaluation was bound to it. */
export const championOf = (
  champions: readonly { environment: string; version: number }[],
  policy: Policy,
): number | null =>
  champions.find(({ environment }) => environment === championEnvironment(policy))?.version ?? null;
