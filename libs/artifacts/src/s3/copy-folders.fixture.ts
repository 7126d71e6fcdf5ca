import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Folders of copies from S3 that this process has now; tests in other processes run beside it. */
export const copyFolders = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`sluice-s3-${process.pid}-`));
