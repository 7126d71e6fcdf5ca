import { Command } from 'commander';
import { firstBreak } from '../audit-chain.js';
import { positiveInteger } from '../arguments.js';
import { collect } from '../collect.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { exitCodes } from '../failure.js';
import { localTime, renderTable } from '../table.js';
import { plain } from '../terminal.js';

interface Options extends ConnectionOptions {
  limit?: number;
}

/** `sluice audit`: who did what, in the order it happened. */
export const auditCommand = (context: Context): Command =>
  withConnection(new Command('audit'))
    .description('show the audit trail, oldest first')
    .option('--limit <n>', 'the last n entries only', positiveInteger)
    .addHelpText(
      'after',
      `
It needs a key with the role admin. Each entry holds the digest of the one before; the chain is checked
from the first, and the exit code is 1 when it is broken.

Examples:
  $ sluice audit --limit 20
  $ sluice audit --json | jq '.items[] | select(.action == "promotion.approved")'`,
    )
    .action(async (options: Options) => {
      const { terminal } = context;
      const all = await collect(connect(options, context).audit());
      const broken = firstBreak(all);
      if (broken !== null) {
        const { red } = terminal.noteColors;
        terminal.note(`${red('error:')} the trail is not whole: entry ${broken} does not follow.`);
        context.exitCode = exitCodes.refused;
      }
      const items = options.limit === undefined ? all : all.slice(-options.limit);
      if (options.json)
        return terminal.print(JSON.stringify({ items, firstBreak: broken }, null, 2));
      terminal.print(
        renderTable(
          ['#', 'AT', 'ACTOR', 'ACTION', 'SUBJECT'],
          items.map((entry) => [
            String(entry.position),
            localTime(entry.at),
            plain(entry.actor),
            plain(entry.action),
            plain(entry.subject),
          ]),
          terminal.colors,
        ),
      );
    });
