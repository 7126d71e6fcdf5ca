import { promotionStateSchema, type PromotionState } from '@sluice/contracts';
import { Command, Option } from 'commander';
import { collect } from '../collect.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { promotionTable } from '../promotion-text.js';

interface Options extends ConnectionOptions {
  model?: string;
  environment?: string;
  state?: PromotionState;
}

/** `sluice promotions`: what was promoted, and what waits for someone. */
export const promotionsCommand = (context: Context): Command =>
  withConnection(new Command('promotions'))
    .description('list promotions')
    .option('--model <name>', 'of this model only')
    .option('--environment <name>', 'into this environment only')
    .addOption(
      new Option('--state <state>', 'in this state only').choices(promotionStateSchema.options),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ sluice promotions
  $ sluice promotions --state awaiting_approval
  $ sluice promotions --model credit-risk --environment production --json`,
    )
    .action(async ({ model, environment, state, ...options }: Options) => {
      const { terminal } = context;
      const query = Object.fromEntries(
        Object.entries({ model, environment, state }).filter(([, value]) => value !== undefined),
      );
      const items = await collect(connect(options, context).promotions(query));
      if (options.json) return terminal.print(JSON.stringify({ items }, null, 2));
      if (items.length === 0) return terminal.note('There are no such promotions.');
      terminal.print(promotionTable(items, terminal.colors));
    });
