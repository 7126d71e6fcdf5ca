import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const largest = 10 * 1024 * 1024;
const remembered = 20;

/**
 * A process's output: appended to `<folder>/<name>.log`, its last lines remembered for error texts.
 * At 10 MB the file becomes `<name>.log.1`, so that a service left running fills no disk.
 */
export class LogFile {
  readonly path: string;
  #file: number | undefined;
  #size = 0;
  #tail: string[] = [];

  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, `${name}.log`);
  }

  write(line: string): void {
    this.#tail = [...this.#tail.slice(1 - remembered), line];
    if (this.#size >= largest) this.#rotate();
    this.#file ??= this.#open();
    this.#size += writeSync(this.#file, `${line}\n`);
  }

  /** The last lines written through this object. */
  tail(count = remembered): string[] {
    return this.#tail.slice(-count);
  }

  /** Closes the file; a later line opens it again. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    // Logs name tables and addresses: for the owner's eyes.
    const file = openSync(this.path, 'a', 0o600);
    this.#size = fstatSync(file).size;
    return file;
  }

  #rotate(): void {
    this.close();
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
    this.#size = 0;
  }
}
