import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
export const example = join(repository, 'examples/credit-risk');
export const builtAction = join(repository, 'action/dist/index.js');
