import { getInput } from '@actions/core';
import { cancelAbandoned, isAfterwards } from './abandoned.js';
import { run } from './run.js';

await (isAfterwards() ? cancelAbandoned(getInput) : run(getInput, process.env));
