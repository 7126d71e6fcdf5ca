import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of what a build makes beside a source: threads run JavaScript only, and so from sources, as in tests, the
 * file is that of the build.
 *
 * @param beside the URL of the source
 */
export const builtFile = (file: string, beside: string): string => {
  const path = fileURLToPath(new URL(file, beside));
  if (!beside.endsWith('.ts')) return path;
  const parts = path.split(sep);
  return parts.with(parts.lastIndexOf('src'), 'dist').join(sep);
};
