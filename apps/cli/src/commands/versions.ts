import type { Source } from '@sluice/contracts';
import { Command } from 'commander';
import { collect } from '../collect.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { localTime, renderTable, shortDigest } from '../table.js';
import { plain } from '../terminal.js';

/** `sluice versions MODEL`: where each version of a model came from. */
export const versionsCommand = (context: Context): Command =>
  withConnection(new Command('versions'))
    .description('list the versions of a model')
    .argument('<model>', 'its name, such as credit-risk')
    .addHelpText(
      'after',
      `
Examples:
  $ sluice versions credit-risk
  $ sluice versions credit-risk --json | jq '.items[] | {number, artifactDigest, author}'`,
    )
    .action(async (model: string, options: ConnectionOptions) => {
      const { terminal } = context;
      const items = await collect(connect(options, context).versions(model));
      if (options.json) return terminal.print(JSON.stringify({ items }, null, 2));
      if (items.length === 0) return terminal.note(`${plain(model)} has no versions yet.`);
      terminal.print(
        renderTable(
          ['VERSION', 'ARTIFACT', 'AUTHOR', 'SOURCE', 'CREATED'],
          items.map((version) => [
            String(version.number),
            shortDigest(version.artifactDigest),
            plain(version.author),
            plain(sourceText(version.source)),
            localTime(version.createdAt),
          ]),
          terminal.colors,
        ),
      );
    });

const sourceText = ({ repository, commit, pullRequest }: Source): string => {
  const place = [repository, pullRequest === undefined ? undefined : `#${pullRequest}`].join('');
  return [place, commit?.slice(0, 7)].filter(Boolean).join(' ') || '–';
};
