import { Command } from 'commander';
import { uuid } from '../arguments.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { promotionText } from '../promotion-text.js';

interface Options extends ConnectionOptions {
  comment?: string;
}

/** `sluice reject PROMOTION`: ends a promotion before it is rolled out. */
export const rejectCommand = (context: Context): Command =>
  withConnection(new Command('reject'))
    .description('reject a promotion; the environment keeps its champion')
    .argument('<promotion>', "the promotion's id, as in sluice promotions", uuid)
    .option('--comment <text>', 'why; it goes into the audit trail')
    .addHelpText(
      'after',
      `
It needs the key of a person with the role approver.

Examples:
  $ sluice reject 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --key-file maria.key
  $ sluice reject 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --key-file maria.key --comment "Wait for the audit"`,
    )
    .action(async (id: string, options: Options) => {
      const { terminal } = context;
      const { comment = '' } = options;
      const client = connect(options, context);
      const promotion = await client.rejectPromotion(id, { comment });
      terminal.print(
        options.json
          ? JSON.stringify(promotion, null, 2)
          : promotionText(promotion, terminal.colors),
      );
    });
