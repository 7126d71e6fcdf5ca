import {
  SluiceError,
  type Champion,
  type Deployment,
  type Promotion,
  type PromotionState,
} from '@sluice/contracts';
import type { RegistryClient } from '@sluice/client';
import { Command } from 'commander';
import { collect } from '../collect.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { promotionTable } from '../promotion-text.js';
import { localTime, renderTable, shortDigest } from '../table.js';
import { plain, type Colors, type Terminal } from '../terminal.js';

interface ModelStatus {
  model: string;
  environments: {
    environment: string;
    champion: Champion | null;
    /** null when nothing is deployed there; undefined when the deployer could not be asked. */
    deployment: Deployment | null | undefined;
  }[];
  /** Not over yet. */
  promotions: Promotion[];
}

const open: PromotionState[] = ['awaiting_approval', 'rolling_out'];

/** `sluice status [MODEL]`: what runs where, and what waits to. */
export const statusCommand = (context: Context): Command =>
  withConnection(new Command('status'))
    .description('show what each environment runs, and what waits to be promoted')
    .argument('[model]', 'this model only')
    .addHelpText(
      'after',
      `
Examples:
  $ sluice status
  $ sluice status credit-risk --json`,
    )
    .action(async (model: string | undefined, options: ConnectionOptions) => {
      const { terminal } = context;
      const client = connect(options, context);
      const models =
        model === undefined ? await collect(client.models()) : [await client.model(model)];
      const deployments = await deploymentsOf(client, model, terminal);
      const items = await Promise.all(
        models.map(({ name }) => statusOf(client, name, deployments)),
      );
      if (options.json) return terminal.print(JSON.stringify({ items }, null, 2));
      if (items.length === 0) return terminal.note('There are no models yet.');
      terminal.print(describe(items, terminal.colors));
    });

/** What really runs is the deployer's to say. Without it the rest is still worth showing, but not as if nothing ran. */
const deploymentsOf = async (
  client: RegistryClient,
  model: string | undefined,
  { note, noteColors }: Terminal,
): Promise<Deployment[] | undefined> => {
  try {
    return await client.deployments(model === undefined ? {} : { model });
  } catch (error) {
    if (!(error instanceof SluiceError) || !['unavailable', 'timed_out'].includes(error.code))
      throw error;
    note(`${noteColors.yellow('warning:')} what runs is not known: ${plain(error.message)}`);
    return undefined;
  }
};

const statusOf = async (
  client: RegistryClient,
  model: string,
  deployments: Deployment[] | undefined,
): Promise<ModelStatus> => {
  const [environments, champions, ...promotions] = await Promise.all([
    client.environments(),
    client.champions(model),
    ...open.map((state) => collect(client.promotions({ model, state }))),
  ]);
  return {
    model,
    environments: environments.map(({ name }) => ({
      environment: name,
      champion: champions.find(({ environment }) => environment === name) ?? null,
      deployment:
        deployments &&
        (deployments.find((one) => one.model === model && one.environment === name) ?? null),
    })),
    promotions: promotions.flat(),
  };
};

const describe = (items: readonly ModelStatus[], colors: Colors): string => {
  const rows = items.flatMap(({ model, environments }) =>
    environments.map(({ environment, champion, deployment }) => [
      model,
      environment,
      champion === null ? '–' : String(champion.version),
      shortDigest(champion?.artifactDigest ?? null),
      champion === null ? '' : localTime(champion.since),
      deploymentText(deployment, champion, colors),
    ]),
  );
  const table = renderTable(
    ['MODEL', 'ENVIRONMENT', 'CHAMPION', 'ARTIFACT', 'SINCE', 'DEPLOYMENT'],
    rows,
    colors,
  );
  const pending = items.flatMap(({ promotions }) => promotions);
  return pending.length === 0 ? table : `${table}\n\n${promotionTable(pending, colors)}`;
};

const deploymentText = (
  deployment: Deployment | null | undefined,
  champion: Champion | null,
  colors: Colors,
): string => {
  if (deployment === undefined) return colors.yellow('not known');
  if (deployment === null) return champion === null ? '' : colors.yellow('none');
  const { state, version, artifactDigest, desiredVersion, detail } = deployment;
  const color = { live: colors.green, starting: colors.cyan, failed: colors.red }[state];
  const serves =
    version === null ? 'serves nothing' : `serves ${version} (${shortDigest(artifactDigest)})`;
  const wish = version === desiredVersion ? '' : `, wants ${desiredVersion}`;
  const why = state === 'live' ? '' : ` – ${plain(detail)}`;
  return `${color(state)}, ${serves}${wish}${why}`;
};
