import type {
  Digest,
  Evaluation,
  EvaluationState,
  EvaluationSummary,
  Policy,
  Problem,
  Progress,
} from '@sluice/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { JsonParts } from '../http/json-parts.js';
import { wholeNumber } from '../pages/whole-number.js';

/** The row without its verdict, which can have megabytes: the store reads and writes that one as bytes. */
@Entity('evaluation')
export class EvaluationEntity {
  @PrimaryColumn('uuid') id: string;
  @Column({ type: 'bigint', insert: false, update: false, transformer: wholeNumber })
  position: number;
  @Column('text') model: string;
  @Column('int') version: number;
  /** Bound when the evaluation was asked for, so that a verdict can be told to be about something else by now. */
  @Column('int', { nullable: true }) champion: number | null;
  @Column('text', { name: 'champion_digest', nullable: true }) championDigest: Digest | null;
  @Column('text', { name: 'dataset_digest' }) datasetDigest: Digest;
  /** What drift is measured against, when the policy names a reference. */
  @Column('text', { name: 'reference_digest', nullable: true }) referenceDigest: Digest | null;
  @Column('text', { name: 'policy_text' }) policyText: string;
  @Column('json') policy: Policy;
  @Column('text', { name: 'policy_digest' }) policyDigest: Digest;
  @Column('text') state: EvaluationState;
  @Column('json', { nullable: true }) progress: Progress | null;
  @Column('text', { nullable: true }) outcome: 'pass' | 'fail' | null;
  @Column('text', { name: 'verdict_digest', nullable: true }) verdictDigest: Digest | null;
  /** The ids of the verdict's checks that failed, so that a refusal can name them. */
  @Column('json', { name: 'failed_checks', nullable: true }) failedChecks: string[] | null;
  @Column('json', { nullable: true }) problem: Problem | null;
  @Column('json', { nullable: true }) cancellation: Evaluation['cancellation'];
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('text', { name: 'created_by' }) createdBy: string;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
}

export type EvaluationRow = Omit<
  EvaluationEntity,
  'position' | 'policy' | 'policyText' | 'championDigest' | 'failedChecks'
>;

/** What is to be known of an evaluation before a version is promoted on the strength of it. */
export type EvaluatedVersion = Pick<
  EvaluationEntity,
  | 'id'
  | 'model'
  | 'version'
  | 'champion'
  | 'championDigest'
  | 'state'
  | 'outcome'
  | 'verdictDigest'
  | 'failedChecks'
  | 'problem'
  | 'cancellation'
> & { readonly policy: Pick<Policy, 'promotion'> };

export const toSummary = (row: EvaluationRow): EvaluationSummary => ({
  id: row.id,
  model: row.model,
  version: row.version,
  champion: row.champion,
  policyDigest: row.policyDigest,
  datasets: {
    evaluation: row.datasetDigest,
    ...(row.referenceDigest === null ? {} : { reference: row.referenceDigest }),
  },
  state: row.state,
  progress: row.progress,
  outcome: row.outcome,
  verdictDigest: row.verdictDigest,
  problem: row.problem,
  cancellation: row.cancellation,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  finishedAt: row.finishedAt?.toISOString() ?? null,
});

/** An evaluation that has no verdict: not yet, or never. */
export const withoutVerdict = (row: EvaluationRow): Evaluation => ({
  ...toSummary(row),
  verdict: null,
});

/** An evaluation with its verdict as the database has it, which was checked before it came there. */
export const withVerdict = (row: EvaluationRow, verdict: readonly Buffer[]): JsonParts =>
  new JsonParts([
    Buffer.from(`${JSON.stringify(toSummary(row)).slice(0, -1)},"verdict":`),
    ...verdict,
    Buffer.from('}'),
  ]);
