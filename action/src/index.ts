import { getInput } from '@actions/core';
import { run } from './run.js';

await run(getInput, process.env);
