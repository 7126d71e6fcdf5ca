import { Command } from 'commander';
import { uuid } from '../arguments.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { promotionText } from '../promotion-text.js';

interface Options extends ConnectionOptions {
  comment?: string;
}

/** `sluice approve PROMOTION`: one of the approvals that a promotion needs. */
export const approveCommand = (context: Context): Command =>
  withConnection(new Command('approve'))
    .description('approve a promotion; its author cannot')
    .argument('<promotion>', "the promotion's id, as in sluice promotions", uuid)
    .option('--comment <text>', 'why; it goes into the audit trail')
    .addHelpText(
      'after',
      `
It needs the key of a person with the role approver.

Examples:
  $ sluice approve 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --key-file maria.key
  $ sluice approve 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --key-file maria.key --comment "Figures and cohorts reviewed"`,
    )
    .action(async (id: string, options: Options) => {
      const { terminal } = context;
      const { comment = '' } = options;
      const client = connect(options, context);
      const promotion = await client.approvePromotion(id, { comment });
      terminal.print(
        options.json
          ? JSON.stringify(promotion, null, 2)
          : promotionText(promotion, terminal.colors),
      );
    });
