import { Command } from 'commander';
import { collect } from '../collect.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { localTime, renderTable } from '../table.js';
import { plain } from '../terminal.js';

/** `sluice models`: every model of the registry. */
export const modelsCommand = (context: Context): Command =>
  withConnection(new Command('models'))
    .description('list the models')
    .addHelpText(
      'after',
      `
Examples:
  $ sluice models
  $ sluice models --json | jq -r '.items[].name'`,
    )
    .action(async (options: ConnectionOptions) => {
      const { terminal } = context;
      const items = await collect(connect(options, context).models());
      if (options.json) return terminal.print(JSON.stringify({ items }, null, 2));
      if (items.length === 0) return terminal.note('There are no models yet.');
      terminal.print(
        renderTable(
          ['MODEL', 'LATEST', 'CREATED', 'BY', 'DESCRIPTION'],
          items.map((model) => [
            model.name,
            model.latestVersion === null ? '–' : String(model.latestVersion),
            localTime(model.createdAt),
            plain(model.createdBy),
            plain(model.description),
          ]),
          terminal.colors,
        ),
      );
    });
