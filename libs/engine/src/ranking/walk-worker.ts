import { serveRequests } from '../worker-loop.js';
import { WalkAnswers, type WalkAnswer, type WalkRequest } from './walk-answers.js';

/* A thread that ranks: sorting and counting millions of scores takes seconds, in which a service must stay awake. */

const answers = new WalkAnswers();
serveRequests<WalkRequest, WalkAnswer>(async (request) => ({ result: answers.answer(request) }));
