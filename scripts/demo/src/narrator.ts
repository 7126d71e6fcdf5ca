import picocolors from 'picocolors';
import { widthOf, wrap } from './text-layout.js';

const widest = 116;

/** Tells the story on a terminal: numbered headings, a line for each thing that happened, frames for what others wrote. */
export class Narrator {
  readonly colors = picocolors.createColors(
    process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  );
  #chapter = 0;

  title(text: string, ...about: string[]): void {
    this.#write(['', this.colors.bold(text), ...about.map(this.colors.dim)]);
  }

  chapter(text: string): void {
    this.#chapter += 1;
    this.#write(['', this.colors.bold(this.colors.cyan(`${this.#chapter}. ${text}`))]);
  }

  /** What is about to happen, or what it means. */
  say(...lines: string[]): void {
    this.#write(lines.map((line) => `   ${line}`));
  }

  /** What happened, and was checked. */
  done(text: string): void {
    this.#write([`   ${this.colors.green('✓')} ${text}`]);
  }

  /** A step on the way. */
  step(text: string): void {
    this.#write([`   ${this.colors.dim('·')} ${text}`]);
  }

  /** Something to copy. It is never broken over lines. */
  command(text: string): void {
    this.#write([`     ${this.colors.bold(text)}`]);
  }

  /** A line of another program. */
  aside(line: string): void {
    this.#write([`   ${this.colors.dim(`│ ${line}`)}`]);
  }

  /** The columns that a line in a frame may take. */
  get frameWidth(): number {
    return Math.max(60, Math.min(process.stdout.columns ?? widest, widest) - 6);
  }

  /** Something that was written for others to read, shown as it is. */
  frame(caption: string, text: string): void {
    const { dim } = this.colors;
    const lines = text.split('\n').flatMap((line) => wrap(line, this.frameWidth));
    this.#write([
      dim(`   ╭─ ${caption} ${'─'.repeat(Math.max(3, this.frameWidth - widthOf(caption) - 3))}`),
      ...lines.map((line) => `   ${dim('│')} ${line}`),
      dim(`   ╰${'─'.repeat(this.frameWidth + 1)}`),
    ]);
  }

  error(text: string): void {
    process.stderr.write(`\n${this.colors.red('✗')} ${text}\n`);
  }

  #write(lines: readonly string[]): void {
    process.stdout.write(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
  }
}
