import { stripVTControlCharacters } from 'node:util';
import { plainText } from '@sluice/contracts';
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where a command's words go: results to standard output, everything about them to standard error. */
export interface Terminal {
  /** For results. Adds the line break. */
  print(text: string): void;
  /** For progress, hints and errors. Adds the line break. */
  note(text: string): void;
  /** A line that the next one overwrites; nothing unless a person watches. `null` removes it. */
  progress(text: string | null): void;
  /** Of standard output. */
  readonly colors: Colors;
  /** Of standard error. */
  readonly noteColors: Colors;
}

interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Colours are for people: only on a terminal, and never against their wish (https://no-color.org). */
const wantsColors = (output: Output, environment: NodeJS.ProcessEnv): boolean =>
  output.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';

export const createTerminal = (
  stdout: Output,
  stderr: Output,
  environment: NodeJS.ProcessEnv,
): Terminal => {
  let transient = false;
  const clear = (): void => {
    if (transient) stderr.write('\r\u001b[2K');
    transient = false;
  };
  return {
    print: (text) => {
      clear();
      stdout.write(`${text}\n`);
    },
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      clear();
      if (text === null || stderr.isTTY !== true) return;
      // A line that wraps could not be overwritten.
      stderr.write(plain(text).slice(0, (stderr.columns ?? 80) - 1));
      transient = true;
    },
    colors: picocolors.createColors(wantsColors(stdout, environment)),
    noteColors: picocolors.createColors(wantsColors(stderr, environment)),
  };
};

/**
 * Text of others on one line, with nothing in it that a terminal would obey: names, comments and messages come
 * from whoever could write to the registry.
 */
export const plain = (text: string): string => plainText(stripVTControlCharacters(text));
