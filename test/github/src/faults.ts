import { Refusal } from './refusal.js';

export interface Fault {
  /** Any method unless given. */
  method?: string;
  /** Matched against the path with its query. */
  path: RegExp;
  status: number;
  message?: string;
  headers?: Record<string, string>;
  /** How often it fails before it works again; for ever unless given. */
  times?: number;
}

/** What has been told to go wrong. */
export class Faults {
  readonly #faults: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Infinity });
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** The refusal that a request runs into, if any. */
  strike(method: string, path: string): Refusal | undefined {
    const struck = this.#faults.find(
      ({ fault, left }) => left > 0 && (fault.method ?? method) === method && fault.path.test(path),
    );
    if (struck === undefined) return undefined;
    struck.left -= 1;
    const { status, message = 'Server Error', headers } = struck.fault;
    return new Refusal(status, message, { headers });
  }
}
