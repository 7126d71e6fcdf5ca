import { CreateRegistry1763800000000 } from './create-registry.migration.js';

/** In order. One that was released never changes. */
export const migrations = [CreateRegistry1763800000000];
