import { serveRequests } from '../worker-loop.js';
import { pairAnswers, type PairAnswer, type PairRequest } from './pair-answers.js';

const answer = pairAnswers();
serveRequests<PairRequest, PairAnswer>(async (request) => ({ result: answer(request) }));
