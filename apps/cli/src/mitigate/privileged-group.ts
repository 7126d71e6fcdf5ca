import { nearestName, SluiceError } from '@sluice/contracts';
import type { Workplace } from './workplace.js';

const refused = (message: string): SluiceError => new SluiceError('invalid_request', message);

/** The group of a row's values that the user means by one word: `--privileged`, or the policy's privileged group. */
export const privilegedGroup = (
  { by, policy }: Pick<Workplace, 'by' | 'policy'>,
  groups: readonly (readonly string[])[],
): readonly string[] => {
  const [column = ''] = by;
  const found = policy.columns.protected.find(({ name }) => name === column)?.privileged;
  if (by.length > 1)
    throw refused('reject-option compares the groups of one column; give --by once.');
  if (found === undefined)
    throw refused(
      `reject-option favours all others over a privileged group; name it with --privileged, one of: ${groups.map(([name]) => name).join(', ')}.`,
    );
  const group = groups.find(([name]) => name === found);
  if (group !== undefined) return group;
  const near = nearestName(
    found,
    groups.map(([name = '']) => name),
  );
  throw refused(
    `The privileged group ${JSON.stringify(found)} does not occur in ${column}.${near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`}`,
  );
};
