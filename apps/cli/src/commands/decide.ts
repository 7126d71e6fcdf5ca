import type { RegistryClient } from '@sluice/client';
import type { Promotion } from '@sluice/contracts';
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
  decision(context, {
    name: 'approve',
    description: 'approve a promotion; its author cannot',
    comment: 'Figures and cohorts reviewed',
    decide: (client, id, comment) => client.approvePromotion(id, { comment }),
  });

/** `sluice reject PROMOTION`: ends a promotion before it is rolled out. */
export const rejectCommand = (context: Context): Command =>
  decision(context, {
    name: 'reject',
    description: 'reject a promotion; the environment keeps its champion',
    comment: 'Wait for the audit',
    decide: (client, id, comment) => client.rejectPromotion(id, { comment }),
  });

interface Decision {
  readonly name: string;
  readonly description: string;
  /** A comment as someone would give it, for the help. */
  readonly comment: string;
  readonly decide: (client: RegistryClient, id: string, comment: string) => Promise<Promotion>;
}

const decision = (
  context: Context,
  { name, description, comment: example, decide }: Decision,
): Command =>
  withConnection(new Command(name))
    .description(description)
    .argument('<promotion>', "the promotion's id, as in sluice promotions", uuid)
    .option('--comment <text>', 'why; it goes into the audit trail')
    .addHelpText(
      'after',
      `
It needs the key of a person with the role approver.

Examples:
  $ sluice ${name} 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --key-file maria.key
  $ sluice ${name} 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --key-file maria.key --comment "${example}"`,
    )
    .action(async (id: string, options: Options) => {
      const { terminal } = context;
      const promotion = await decide(connect(options, context), id, options.comment ?? '');
      terminal.print(
        options.json
          ? JSON.stringify(promotion, null, 2)
          : promotionText(promotion, terminal.colors),
      );
    });
