import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a project's totals to `test-output/results.json`, which Nx caches and `npm test` sums. */
export default class ResultsReporter {
  #rootDir;

  constructor(globalConfig) {
    this.#rootDir = globalConfig.rootDir;
  }

  onRunComplete(_contexts, results) {
    const folder = join(this.#rootDir, 'test-output');
    mkdirSync(folder, { recursive: true });
    const totals = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(join(folder, 'results.json'), `${JSON.stringify(totals)}\n`);
  }
}
