import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ExpectationFailed } from '../expectation.js';
import { repository } from '../paths.js';
import type { Story } from '../story.js';

const run = promisify(execFile);
/** The first group is enough to tell ids apart here, and keeps the lines within a screen. */
const restOfUuid = /(?<=\b[0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** What is there now, as the command line shows it: what runs where, and the last lines of the audit trail. */
export const lookBack = async (story: Story): Promise<void> => {
  const { narrator } = story;
  narrator.chapter('What is there now');
  await show(story, 'status');
  await show(story, 'audit', '--limit', '12');
  narrator.done('every entry holds the digest of the one before, and the chain is whole');
};

const show = async ({ narrator, sluice }: Story, ...args: string[]): Promise<void> => {
  const connection = ['--url', sluice.registryUrl, '--key-file', sluice.adminKeyFile];
  const cli = join(repository, 'apps/cli/bin/sluice.js');
  const { stdout } = await run(process.execPath, [cli, ...args, ...connection]).catch(
    // It ends with another code than 0 when it finds something wrong, such as a broken chain.
    ({ stderr }: { stderr?: string }) => {
      throw new ExpectationFailed(`sluice ${args.join(' ')} should succeed, and says: ${stderr}`);
    },
  );
  narrator.frame(`npx sluice ${args.join(' ')}`, stdout.trimEnd().replaceAll(restOfUuid, '…'));
};
