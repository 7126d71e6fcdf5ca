#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/main.js', import.meta.url);

if (existsSync(fileURLToPath(built))) {
  await import(built.href);
} else {
  process.stderr.write(
    'error: sluice is not built yet. In the root of the repository, run: npm ci && npm run build\n',
  );
  process.exitCode = 2;
}
