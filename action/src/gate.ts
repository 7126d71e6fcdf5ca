import type { RegistryClient } from '@sluice/client';
import { choosePolicy } from './applied-policy.js';
import { dataNote } from './data-note.js';
import type { Deadline } from './deadline.js';
import { evaluate } from './evaluate.js';
import type { GitHubApi } from './github-api.js';
import { log } from './log.js';
import type { ProposedData } from './proposed-data.js';
import { registerProposal, type Origin, type PolicyFile } from './proposal.js';
import type { Report } from './report.js';
import type { GateTrigger } from './trigger.js';
import { verdictReport } from './verdict-report.js';
import type { Workspace } from './workspace.js';

export interface Gate {
  trigger: GateTrigger;
  policyPath: string;
  repository: string;
  github: GitHubApi;
  registry: RegistryClient;
  workspace: Workspace;
  data: ProposedData;
  deadline: Deadline;
}

/** Judges what a pull request proposes by the policy of its base. @throws SluiceError when there is no verdict */
export const gate = async (gate: Gate): Promise<Report> => {
  const { trigger, github, registry, workspace, deadline, policyPath } = gate;
  const baseRef = await currentBase(github, trigger);
  const applied = choosePolicy({
    path: policyPath,
    baseRef,
    base: await github.readText(policyPath, baseRef),
    head: await workspace.readPolicy(policyPath),
  });
  if (applied.note !== null) log(applied.note);
  const file: PolicyFile = { path: policyPath, text: applied.text, policy: applied.policy };

  const proposal = await registerProposal(registry, gate, file, () => originOf(gate));
  const { evaluation: location, reference } = applied.policy.data;
  const { files } = proposal;
  const evaluationNote = await dataNote(github, location, files.evaluation, baseRef);
  // Drift can be hidden by changing what it is measured against as well.
  const referenceNote =
    reference === undefined ? null : await dataNote(github, reference, files.reference, baseRef);
  const evaluation = await evaluate(registry, proposal, file, deadline);

  const notes = [applied.note, evaluationNote, referenceNote];
  const report = verdictReport(evaluation, { policyPath, headSha: trigger.headSha, notes });
  return {
    ...report,
    outputs: {
      ...report.outputs,
      model: applied.policy.model,
      version: String(proposal.version.number),
      'artifact-digest': proposal.version.artifactDigest,
    },
  };
};

/** A pull request can be pointed at another branch after its event was sent. */
const currentBase = async (github: GitHubApi, trigger: GateTrigger): Promise<string> =>
  trigger.pullRequest === null
    ? trigger.baseRef
    : (await github.pullRequest(trigger.pullRequest)).baseRef;

const originOf = async ({ trigger, repository }: Gate): Promise<Origin> => ({
  author: trigger.author,
  source: {
    repository,
    commit: trigger.headSha,
    ref: trigger.headRef.slice(0, 250),
    ...(trigger.pullRequest === null ? {} : { pullRequest: trigger.pullRequest }),
  },
});
