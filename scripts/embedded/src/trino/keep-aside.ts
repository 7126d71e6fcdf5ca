import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A folder of a cache, made once. It is made aside and only then renamed into its place, so that a fetch that breaks
 * off leaves nothing behind, and two at once do no harm.
 *
 * @param place where the folder is kept
 * @param make makes it within the folder it is given, and returns its path in there
 * @returns the place
 */
export async function keepAside(
  place: string,
  make: (folder: string) => Promise<string>,
): Promise<string> {
  if (existsSync(place)) return place;
  const aside = `${place}.${randomBytes(4).toString('hex')}`;
  mkdirSync(aside, { recursive: true });
  try {
    const made = await make(aside);
    mkdirSync(dirname(place), { recursive: true });
    // Whoever was quicker has put the very same thing there.
    if (!existsSync(place)) renameSync(made, place);
    return place;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
