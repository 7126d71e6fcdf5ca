/*
 * Bundles the action into dist/, which is committed: GitHub runs it as it is, without installing anything.
 *
 *   node build.mjs            writes dist/
 *   node build.mjs --check    fails if dist/ is not what the sources give
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const dist = join(here, 'dist');

/** Messages of Zod in fifty languages would be a quarter of the bundle; ours are in English, which it imports apart. */
const withoutLocales = {
  name: 'without-locales',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export {};',
    })),
};

const bundle = async () => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['action/src/index.ts'],
    outfile: 'action/dist/index.js',
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Node 24 runs it in GitHub Actions, and Node 20 in the tests.
    target: 'node20',
    // Our own packages come from their sources, so that no build of them can be stale.
    conditions: ['@sluice/source'],
    // CommonJS dependencies ask for Node's modules by `require`, which ESM lacks.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    legalComments: 'none',
    minify: true,
    // Names in stack traces are worth their bytes.
    keepNames: true,
    charset: 'utf8',
    plugins: [withoutLocales],
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const foreign = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ path }) => !isBuiltin(path)).map(({ path }) => path),
  );
  if (foreign.length > 0)
    throw new Error(`Not bundled, so missing on a runner: ${foreign.join(', ')}`);
  return {
    'index.js': outputFiles[0].text,
    'licenses.txt': licensesOf(Object.keys(metafile.inputs)),
    // Above dist/ Node would find a package.json too, but an action is often copied without it.
    'package.json': '{ "type": "module" }\n',
  };
};

/** The licenses of all packages that have a part in the bundle. */
const licensesOf = (inputs) => {
  const folders = inputs
    .map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)]
    .map((folder) => {
      const path = join(root, folder);
      const { name, version, license } = JSON.parse(
        readFileSync(join(path, 'package.json'), 'utf8'),
      );
      const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? '' : readFileSync(join(path, file), 'utf8').trim();
      return { name, text: `${name}@${version} (${license})\n\n${text}`.trim() };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ text }) => `${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
};

const files = await bundle();
if (process.argv.includes('--check')) {
  const stale = Object.entries(files).filter(([name, content]) => {
    try {
      return readFileSync(join(dist, name), 'utf8') !== content;
    } catch (error) {
      if (error.code === 'ENOENT') return true;
      throw error;
    }
  });
  if (stale.length > 0) {
    console.error(
      `Not what the sources give: ${stale.map(([name]) => `action/dist/${name}`).join(', ')}. Run \`node action/build.mjs\`.`,
    );
    process.exitCode = 1;
  }
} else {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dist, name), content);
}
