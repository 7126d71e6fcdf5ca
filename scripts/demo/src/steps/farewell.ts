import { relative } from 'node:path';
import type { Evaluation } from '@sluice/contracts';
import { example, repository } from '../paths.js';
import type { Story } from '../story.js';

/** Where everything is, what can be asked with curl alone, and what to try next. */
export const farewell = ({ narrator, sluice, cast }: Story, failing: Evaluation): void => {
  const here = (path: string): string => {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short;
  };
  const adminKey = here(sluice.adminKeyFile);
  const asAdmin = `-H "Authorization: Bearer $(cat ${adminKey})"`;
  const asCi = `-H "Authorization: Bearer $(cat ${here(cast.ci.file)})"`;
  const api = `${sluice.registryUrl}/api/v1`;

  narrator.chapter('Sluice runs, and is yours to try');
  narrator.say(`API         ${api}`, `Admin key   ${adminKey}`, '');
  narrator.say('List the models:');
  narrator.command(`curl -s ${asAdmin} ${api}/models`);
  narrator.say('Read the failing verdict and its reasons:');
  narrator.command(`curl -s ${asAdmin} ${api}/evaluations/${failing.id}`);
  narrator.say('Get a prediction:');
  narrator.command(
    `curl -s ${asCi} -H 'Content-Type: application/json' -d @${here(`${example}/request.json`)} ${sluice.gatewayUrl}/production/v2/models/credit-risk/infer`,
  );
  narrator.say('Or, on the command line:');
  const registry =
    adminKey === '.sluice/admin.key' ? '' : ` --url ${sluice.registryUrl} --key-file ${adminKey}`;
  narrator.command(`npx sluice status${registry}`);
  narrator.command(`npx sluice evaluation ${failing.id}${registry}`);
  narrator.say(
    'What to try next:',
    `· change ${here(`${repository}/examples/credit-risk/sluice.yaml`)} and evaluate it offline:`,
  );
  narrator.command('npx sluice evaluate --policy examples/credit-risk/sluice.yaml');
  narrator.say(
    '· put the workflow of examples/credit-risk into a repository of your own',
    '· kill -9 any process of Sluice, and see it come back',
  );
};
