import { CreateEvaluator1790000000000 } from './1790000000000-create-evaluator.js';
import { Cancellation1790000100000 } from './1790000100000-cancellation.js';

/** In order. One that was released never changes. */
export const migrations = [CreateEvaluator1790000000000, Cancellation1790000100000];
