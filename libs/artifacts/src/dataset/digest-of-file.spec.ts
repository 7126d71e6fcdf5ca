import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { digestOfBytes } from '@sluice/contracts';
import { digestOfFile } from './digest-of-file.js';
import { temporaryFolder } from './temporary-folder.fixture.js';

const folder = temporaryFolder();

it.each([0, 1, 64 * 1024, 1_000_003])(
  'gives a file of %i bytes the digest of its bytes',
  async (size) => {
    const bytes = Buffer.alloc(size, 'sluice');
    const path = join(folder, String(size));
    writeFileSync(path, bytes);
    expect(await digestOfFile(path)).toBe(digestOfBytes(bytes));
  },
);

it('rejects when there is no file', async () => {
  await expect(digestOfFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});
