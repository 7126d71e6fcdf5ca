import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const mostLines = 20;
const longestLine = 400;

/** The last lines of a stream: what a process said before it ended. */
export class OutputTail {
  private readonly lines: string[] = [];

  constructor(stream: Readable, onLine: (line: string) => void) {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      // A model may make its runtime print anything: control characters would reach terminals and comments.
      const plain = line.replace(/\p{Cc}+/gu, ' ').slice(0, longestLine);
      if (plain.trim() === '') return;
      if (this.lines.push(plain) > mostLines) this.lines.shift();
      onLine(plain);
    });
  }

  toString(): string {
    return this.lines.join('\n');
  }
}
