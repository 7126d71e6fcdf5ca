import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { repository } from './stack.js';

/** The rules that each text breaks, linted as if it stood in that file. One process for all, since ESLint starts slowly. */
const brokenRules = (texts: { file: string; text: string }[]): Promise<string[][]> =>
  new Promise((resolve, reject) => {
    const lint = execFile(
      process.execPath,
      [fileURLToPath(new URL('./lint-texts.mjs', import.meta.url))],
      { cwd: repository, env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false' } },
      (error, stdout) =>
        error === null ? resolve(JSON.parse(stdout) as string[][]) : reject(error),
    );
    lint.stdin?.end(JSON.stringify(texts));
  });

const boundary = '@nx/enforce-module-boundaries';
const forbidden = [
  [
    'a pure library to use a framework',
    'libs/contracts/src/x.ts',
    "import '@nestjs/common';",
    boundary,
  ],
  [
    'a pure library to use a database',
    'libs/evaluation/src/x.ts',
    "import '@duckdb/node-api';",
    'no-restricted-imports',
  ],
  [
    'a pure library to touch the file system',
    'libs/statistics/src/x.ts',
    "import 'node:fs';",
    'no-restricted-imports',
  ],
  [
    'statistics to know anything of ours',
    'libs/statistics/src/x.ts',
    "import '@sluice/contracts';",
    boundary,
  ],
  [
    'report to know the evaluation',
    'libs/report/src/x.ts',
    "import '@sluice/evaluation';",
    boundary,
  ],
  ['the action to use Nest', 'action/src/x.ts', "import '@nestjs/core';", boundary],
  [
    'the action to use the plumbing of services',
    'action/src/x.ts',
    "import '@sluice/platform';",
    boundary,
  ],
  ['the CLI to use Nest', 'apps/cli/src/x.ts', "import '@nestjs/core';", boundary],
  [
    'an app to import an app',
    'apps/registry/src/x.ts',
    "import '../../deployer/src/main.js';",
    boundary,
  ],
  [
    'a library to import the demonstration',
    'libs/client/src/x.ts',
    "import '@sluice/github-stand-in';",
    boundary,
  ],
] as const;
const allowed = { file: 'libs/evaluation/src/x.ts', text: "import '@sluice/contracts';\n" };

describe('the boundary rules forbid what ARCHITECTURE.md forbids', () => {
  let broken: string[][];
  beforeAll(async () => {
    broken = await brokenRules([
      ...forbidden.map(([, file, text]) => ({ file, text: `${text}\n` })),
      allowed,
    ]);
  }, 60_000);

  it.each(forbidden.map(([what, , , rule], index) => ({ what, rule, index })))(
    '$what',
    ({ rule, index }) => {
      expect(broken[index]).toContain(rule);
    },
  );

  it('and let through what it allows', () => {
    expect(broken.at(-1)).toEqual([]);
  });
});
