import type { OrderedRows } from './ordered-rows.js';
import { walkOver, type WalkPlan, type WalkResult } from './score-walk.js';
import { RowTaker, type TakenRows, type TakeTask } from './taken-rows.js';

/** A task, then rows in shared memory, then what came of them, then a walk over some of what all threads took. */
export type WalkRequest =
  | { readonly task: TakeTask }
  | { readonly shared: SharedArrayBuffer; readonly rows: number }
  | { readonly taken: true }
  | { readonly plan: WalkPlan; readonly ordered: OrderedRows };

/** null where a request was but to be done. */
export type WalkAnswer = null | TakenRows | WalkResult;

/** Takes, sorts and ranks rows as it is asked to. */
export class WalkAnswers {
  private taker: RowTaker | undefined;
  /** Whose rows are walked over, here and elsewhere, until there is another task. */
  private taken: RowTaker | undefined;

  answer(request: WalkRequest): WalkAnswer {
    if ('task' in request) {
      this.close();
      this.taker = new RowTaker(request.task);
      return null;
    }
    if ('plan' in request) return walkOver(request.ordered, request.plan);
    if (this.taker === undefined) throw new Error('There is no task yet.');
    if ('shared' in request) {
      this.taker.take(request.shared, request.rows);
      return null;
    }
    this.taken = this.taker;
    this.taker = undefined;
    return this.taken.taken();
  }

  close(): void {
    this.taker?.close();
    this.taken?.close();
    this.taker = undefined;
    this.taken = undefined;
  }
}
