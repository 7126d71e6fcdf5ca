import type { Promotion } from '@sluice/contracts';
import { Command } from 'commander';
import { positiveInteger, uuid } from '../arguments.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { exitCodes } from '../failure.js';
import { hasFailed, promotionText } from '../promotion-text.js';
import type { Terminal } from '../terminal.js';

interface Options extends ConnectionOptions {
  to: string;
  evaluation?: string;
  wait?: true;
  timeout: number;
}

/** `sluice promote MODEL VERSION --to ENV`: ask for a version's way into an environment. */
export const promoteCommand = (context: Context): Command =>
  withConnection(new Command('promote'))
    .description('promote a version into an environment, on the strength of a passing verdict')
    .argument('<model>', 'its name, such as credit-risk')
    .argument('<version>', "the version's number", positiveInteger)
    .requiredOption('--to <environment>', 'where to, such as staging or production')
    .option('--evaluation <id>', 'the evaluation to stand on (default: the newest that fits)', uuid)
    .option('--wait', 'wait until it is rolled out, approvals by people included')
    .option('--timeout <minutes>', 'with --wait: how long', positiveInteger, 20)
    .addHelpText(
      'after',
      `
Exit codes: 0 it is on its way (with --wait: rolled out), 1 refused or failed, 2 an error.

Examples:
  $ sluice promote credit-risk 3 --to staging --wait
  $ sluice promote credit-risk 3 --to production`,
    )
    .action(async (model: string, version: number, options: Options) => {
      const { terminal, signal } = context;
      const client = connect(options, context);
      const asked = await client.requestPromotion({
        model,
        version,
        environment: options.to,
        ...(options.evaluation === undefined ? {} : { evaluation: options.evaluation }),
      });
      const promotion = options.wait
        ? await client.waitForPromotion(asked.id, {
            signal,
            timeoutMs: options.timeout * 60_000,
            onProgress: (current) => tell(current, terminal),
          })
        : asked;
      terminal.progress(null);
      terminal.print(
        options.json
          ? JSON.stringify(promotion, null, 2)
          : promotionText(promotion, terminal.colors),
      );
      context.exitCode = hasFailed(promotion) ? exitCodes.refused : exitCodes.ok;
    });

const tell = (promotion: Promotion, terminal: Terminal): void => {
  if (promotion.state === 'awaiting_approval')
    terminal.note(
      `waiting for ${promotion.approvalsNeeded - promotion.approvals.length} approval(s): sluice approve ${promotion.id}`,
    );
  else if (promotion.state === 'rolling_out')
    terminal.progress(promotion.progress ?? 'rolling out …');
};
