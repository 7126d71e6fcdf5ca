import type { RegistryClient } from '@sluice/client';
import type { CreateApiKey } from '@sluice/contracts';
import type { Narrator } from '../narrator.js';
import { keyHolder } from '../people.js';
import type { Cast } from '../story.js';

const wanted: Record<keyof Cast, CreateApiKey> = {
  ci: { name: 'ci', kind: 'machine', roles: ['contributor', 'reader', 'predictor'] },
  maria: { name: 'maria', kind: 'person', roles: ['approver', 'reader'] },
  carol: { name: 'carol', kind: 'person', roles: ['approver', 'reader'] },
};

/** Makes an API key for everybody who acts, or finds those of an earlier start. */
export const meetCast = async (
  narrator: Narrator,
  admin: RegistryClient,
  home: string,
  signal: AbortSignal,
): Promise<Cast> => {
  const meet = async (name: keyof Cast): Promise<Cast[keyof Cast]> => {
    const key = wanted[name];
    const holder = await keyHolder(admin, home, key, signal);
    const whose = key.kind === 'machine' ? 'a machine' : 'a person';
    const kept = holder.isNew ? 'has an API key' : 'still has an API key from an earlier start';
    narrator.done(`${name}, ${whose}, ${kept}: ${key.roles.join(', ')}`);
    return holder;
  };
  return { ci: await meet('ci'), maria: await meet('maria'), carol: await meet('carol') };
};
