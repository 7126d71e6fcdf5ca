import { resolve } from 'node:path';
import { parsePolicy } from '@sluice/contracts';
import { EvaluationThread } from '@sluice/engine';
import { Command } from 'commander';
import type { Context } from '../context.js';
import { readPolicy } from '../policy-file.js';
import { attentionOf, profileBy, withProfiling, type ProfilingOptions } from '../profiling.js';
import { checkOutput, writeOutput } from '../output-file.js';
import { plain } from '../terminal.js';

interface Options extends ProfilingOptions {
  out: string;
}

/** `sluice profile`: what a part of a table has to say, for `sluice evaluate --profile` to decide on the whole. */
export const profileCommand = (context: Context): Command =>
  withProfiling(new Command('profile'))
    .description(
      'profile a part of a table: counts and sums, and no row, to be evaluated with other parts',
    )
    .requiredOption('--out <file>', 'where the profile is written')
    .option('--policy <file>', 'the policy; its paths start at its folder', 'sluice.yaml')
    .option('--data <location>', 'the part: a file, folder or pattern, in place of data.evaluation')
    .option('--predictions <location>', 'its predictions, in place of data.predictions')
    .addHelpText(
      'after',
      `
Exit codes: 0 the profile is written, 2 there is none. The environment is that of sluice evaluate.

Each part is profiled once, wherever it is, and all under the same policy and with the same models.
Labels and groups that a part lacks may be in others.

Examples:
  $ sluice profile --data january.parquet --out january.json
  $ sluice profile --engine trino://ann@trino.example.com/hive/risk --table february --out february.json
  $ sluice evaluate --profile january.json february.json`,
    )
    .action(async (options: Options) => {
      const { terminal, folder } = context;
      const out = resolve(folder, options.out);
      // Before minutes of work, not after.
      await checkOutput(out);
      const policy = parsePolicy(await readPolicy(options.policy, folder), options.policy);
      const thread = new EvaluationThread();
      try {
        const at = { thread, attention: attentionOf(context), mergeable: true };
        const subject = await profileBy(policy, options, context, at);
        const document = await thread.documentOfPart(subject);
        terminal.progress(null);
        await writeOutput(out, document);
      } finally {
        await thread.close();
      }
      terminal.note(`The profile is in ${plain(out)}`);
    });
