import type { Progress } from '@sluice/contracts';
import type { EvaluationProgress } from '@sluice/engine';

const steps = ['fetch', 'survey', 'score', 'rank', 'neighbours', 'drift', 'measure'] as const;
type Step = (typeof steps)[number] & ('fetch' | EvaluationProgress['step']);
/** Steps of those evaluations only whose policy asks for them. */
type AskedStep = 'neighbours' | 'drift';
const isAsked = (step: Step, asked: readonly AskedStep[]): boolean =>
  (step !== 'neighbours' && step !== 'drift') || asked.includes(step);

const stepWords: Record<Step, string> = {
  fetch: 'fetching artifacts and data',
  survey: 'looking through the data',
  score: 'scoring rows',
  rank: 'ranking scores',
  neighbours: 'comparing similar rows',
  drift: 'comparing with the reference',
  measure: 'measuring, with intervals',
};

const tellEveryMs = 500;
/** Long steps that have nothing new to say would look like an evaluator that died. */
const repeatEveryMs = 5000;

/** Tells how far an evaluation is: the first word of each step at once, and the rest at a pace a person can read. */
export class ProgressTeller {
  private last: Progress | undefined;
  private toldAt = 0;
  private readonly steps: readonly Step[];

  constructor(
    asked: readonly AskedStep[],
    private readonly report: (progress: Progress) => void,
  ) {
    this.steps = steps.filter((step) => isAsked(step, asked));
  }

  tell(step: Step, done: number, total: number | null): void {
    const position = this.steps.indexOf(step);
    const share = total === null || total === 0 ? 0 : Math.min(1, done / total);
    const fraction = (position + share) / this.steps.length;
    const overall = { step: position + 1, of: this.steps.length, fraction };
    const progress: Progress = { step: stepWords[step], done, total, overall };
    const isNew = progress.step !== this.last?.step;
    this.last = progress;
    if (isNew || Date.now() - this.toldAt >= tellEveryMs) this.send(progress);
  }

  /** To be called now and then: says the last word again when it is old. */
  remind(): void {
    if (this.last !== undefined && Date.now() - this.toldAt >= repeatEveryMs) this.send(this.last);
  }

  private send(progress: Progress): void {
    this.toldAt = Date.now();
    this.report(progress);
  }
}
