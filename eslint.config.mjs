import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/*
 * What architecture.md forbids, as rules:
 * apps never import apps; pure libraries import no framework and no I/O; the action and the CLI import no Nest.
 */
const frameworksAndIo = [
  '@nestjs/*',
  'typeorm',
  'pg',
  'fastify',
  '@nats-io/*',
  '@duckdb/*',
  'onnxruntime-node',
  '@actions/*',
];
const ioBuiltins = [
  'fs',
  'fs/promises',
  'net',
  'http',
  'https',
  'child_process',
  'worker_threads',
  'dgram',
  'tls',
  'os',
];
const only = (sourceTag, ...onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });
const named = (...names) => names.map((name) => `name:${name}`);

const boundaries = [
  { sourceTag: 'scope:app', notDependOnLibsWithTags: ['scope:app', 'scope:test'] },
  { sourceTag: 'scope:lib', onlyDependOnLibsWithTags: ['scope:lib'] },
  {
    sourceTag: 'type:pure',
    onlyDependOnLibsWithTags: ['type:pure'],
    bannedExternalImports: frameworksAndIo,
  },
  {
    sourceTag: 'type:io',
    onlyDependOnLibsWithTags: ['type:pure', 'type:io'],
    bannedExternalImports: ['@nestjs/*', 'typeorm'],
  },
  {
    sourceTag: 'type:plain',
    onlyDependOnLibsWithTags: ['type:pure', 'type:io'],
    bannedExternalImports: ['@nestjs/*', 'typeorm'],
  },
  only('name:contracts', 'scope:none'),
  only('name:statistics', 'scope:none'),
  only('name:evaluation', ...named('contracts', 'statistics')),
  only('name:report', ...named('contracts')),
  only('name:artifacts', ...named('contracts')),
  only('name:engine', ...named('contracts', 'statistics', 'evaluation', 'artifacts')),
  only('name:client', ...named('contracts', 'artifacts')),
  only('name:platform', ...named('contracts')),
  only('name:registry', ...named('contracts', 'artifacts', 'platform', 'embedded')),
  only(
    'name:evaluator',
    ...named('contracts', 'artifacts', 'platform', 'engine', 'evaluation', 'client', 'embedded'),
  ),
  only('name:deployer', ...named('contracts', 'artifacts', 'platform', 'client', 'embedded')),
  only('name:model-server', ...named('contracts', 'artifacts')),
  only('name:action', ...named('contracts', 'artifacts', 'client', 'report')),
];

export default tseslint.config(
  { ignores: ['**/dist', '**/test-output', '**/node_modules', '.nx', '.sluice'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.cjs', '**/bin/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        require: 'readonly',
        module: 'writable',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: boundaries },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      'no-console': 'error',
    },
  },
  {
    // Tests and what only they use may use the embedded services and doubles, but no app's inside.
    files: ['**/*.spec.ts', '**/*.fixture.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [{ sourceTag: '*', notDependOnLibsWithTags: ['scope:app'] }],
        },
      ],
    },
  },
  {
    // Pure rooms stay pure of Node's own I/O as well.
    files: ['libs/{contracts,statistics,evaluation,report}/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ioBuiltins.flatMap((name) => [name, `node:${name}`]),
          // Nx bans what it finds installed where the file lies; this bans it wherever npm put it.
          patterns: [{ group: frameworksAndIo }],
        },
      ],
    },
  },
  {
    // Neither the action, the CLI, the model server nor the libraries below the services are Nest's.
    files: [
      '{action,apps/cli,apps/model-server}/src/**/*.ts',
      'libs/{artifacts,engine,client}/src/**/*.ts',
    ],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['@nestjs/*', 'typeorm'] }] }],
    },
  },
  {
    // These rooms talk to a terminal; that is their output, not a stray log.
    files: ['apps/cli/src/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  prettier,
);
