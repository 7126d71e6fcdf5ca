import { createApiKeySchema, SluiceError, type PrincipalKind, type Role } from '@sluice/contracts';
import { principalKindSchema, roleSchema } from '@sluice/contracts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { localTime, renderTable } from '../table.js';
import { plain } from '../terminal.js';

interface CreateOptions extends ConnectionOptions {
  role: Role[];
  kind: PrincipalKind;
}

/** `sluice keys`: who may talk to the registry, and as what. */
export const keysCommand = (context: Context): Command =>
  new Command('keys')
    .description('make and list API keys')
    .addCommand(createCommand(context))
    .addCommand(listCommand(context));

const createCommand = (context: Context): Command =>
  withConnection(new Command('create'))
    .description('make an API key; it is shown this once and kept nowhere')
    .argument('<name>', 'the person or machine that will hold it')
    .requiredOption(
      '--role <role...>',
      `what it may do: ${roleSchema.options.join(', ')}; give several as --role reader approver`,
      collectRole,
    )
    .addOption(
      new Option('--kind <kind>', 'whose it is; only a person can approve')
        .choices(principalKindSchema.options)
        .default('person'),
    )
    .addHelpText(
      'after',
      `
Without --json the key alone goes to standard output, so that it can go straight into a file.

Examples:
  $ (umask 077; sluice keys create maria --role approver reader > maria.key)
  $ sluice keys create ci --kind machine --role contributor reader predictor`,
    )
    .action(async (name: string, options: CreateOptions) => {
      const { terminal } = context;
      const wanted = createApiKeySchema.safeParse({
        name,
        kind: options.kind,
        roles: options.role,
      });
      if (!wanted.success)
        throw new SluiceError('invalid_request', 'Such a key cannot be made.', {
          faults: wanted.error.issues.map(({ path, message }) => ({
            message: `${path.join('.')}: ${message}`,
          })),
        });
      const key = await connect(options, context).createKey(wanted.data);
      if (options.json) return terminal.print(JSON.stringify(key, null, 2));
      terminal.note(
        `${plain(key.name)} (${key.kind}): ${key.roles.join(', ')}. This is shown once:`,
      );
      terminal.print(key.secret);
    });

const listCommand = (context: Context): Command =>
  withConnection(new Command('list'))
    .description('list API keys, without the keys themselves')
    .addHelpText(
      'after',
      `
Example:
  $ sluice keys list`,
    )
    .action(async (options: ConnectionOptions) => {
      const { terminal } = context;
      const items = await connect(options, context).keys();
      if (options.json) return terminal.print(JSON.stringify({ items }, null, 2));
      terminal.print(
        renderTable(
          ['NAME', 'KIND', 'ROLES', 'CREATED', 'BY', 'REVOKED', 'ID'],
          items.map((key) => [
            plain(key.name),
            key.kind,
            key.roles.join(', '),
            localTime(key.createdAt),
            plain(key.createdBy),
            key.revokedAt === null ? '' : localTime(key.revokedAt),
            key.id,
          ]),
          terminal.colors,
        ),
      );
    });

const collectRole = (text: string, before: Role[] | undefined): Role[] => {
  const role = roleSchema.safeParse(text);
  if (!role.success)
    throw new InvalidArgumentError(`Expected one of ${roleSchema.options.join(', ')}.`);
  return [...(before ?? []), role.data];
};
