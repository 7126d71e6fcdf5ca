import { readFileSync } from 'node:fs';
import { builtFile } from '../built-file.js';

/** What `libs/engine/kernels` exports; places in memory are told by their addresses. */
interface Kernels {
  bucket(into: number, rows: number): void;
  count(task: number, rows: number, numbers: number, counts: number, cells: number): void;
  rename(own: number, rows: number, names: number, into: number): void;
  /** @returns 0 when scores are too close to be told apart */
  scatter(
    scores: number,
    cells: number,
    intoScores: number,
    intoCells: number,
    from: number,
    to: number,
    buckets: number,
    ends: number,
  ): number;
  /** @returns 1 when the other arrays have the rows then */
  settle(
    scores: number,
    cells: number,
    otherScores: number,
    otherCells: number,
    from: number,
    to: number,
    ends: number,
    depth: number,
  ): number;
  compare(scores: number, cells: number, from: number, to: number): void;
  charge(to: number, scores: number, cells: number, from: number, until: number): void;
  rank(all: number, scores: number, cells: number, from: number, to: number): void;
}

/** What `rank` calls where a row is not like most others. */
export interface RankCalls {
  carry(): void;
  many(slice: number, positives: number, negatives: number): void;
  lookAtBoth(slice: number, score: number, positives: number, negatives: number): void;
  reach(slice: number, positives: number, negatives: number, above: number, after: number): void;
  tell(from: number, to: number): void;
}

/** As far as they are needed here; they come with browsers' types otherwise, and hundreds of names with them. */
interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Memory: new (of: { initial: number; maximum: number; shared: true }) => WasmMemory;
};

const pageBytes = 2 ** 16;
/** All that addresses of 32 bits reach. Only pages that are written to are kept. */
const mostPages = 2 ** 16;
/** Of two of SIMD's lanes. */
const alignment = 16;

let compiled: object | undefined;

/** Where the first room is: 0 stands for none. */
const start = 1024;
/** Memories up to this size are used again, so many of them. */
const largestIdle = 2 ** 24;
const mostIdle = 4;
const idle: KernelMemory[] = [];

/** A memory for some work, see `giveBack`. */
export const borrowMemory = (): KernelMemory => idle.pop() ?? new KernelMemory();

/**
 * Ends the work in a memory, which someone else may have then. Left to the garbage collector, thousands of them would
 * stay: it doesn't know what a memory takes.
 */
export const giveBack = (memory: KernelMemory): void => {
  if (idle.length < mostIdle && memory.clear()) idle.push(memory);
};

/** Does some work in a memory. */
export const workIn = <Found>(work: (memory: KernelMemory) => Found): Found => {
  const memory = borrowMemory();
  try {
    return work(memory);
  } finally {
    giveBack(memory);
  }
};

/** The kernels and the memory that they work in, which other threads can read. Its views stay valid as it grows. */
export class KernelMemory {
  readonly kernels: Kernels;
  private readonly memory: WasmMemory;
  private readonly listeners: RankCalls[] = [];
  private end = start;

  constructor() {
    compiled ??= new WebAssembly.Module(
      readFileSync(builtFile('../kernels/kernels.wasm', import.meta.url)),
    );
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true });
    const { memory, listeners } = this;
    const of = (panel: number): RankCalls => listeners[panel] as RankCalls;
    const rank = {
      carry: (panel: number) => of(panel).carry(),
      many: (panel: number, slice: number, positives: number, negatives: number) =>
        of(panel).many(slice, positives, negatives),
      lookAtBoth: (
        panel: number,
        slice: number,
        score: number,
        positives: number,
        negatives: number,
      ) => of(panel).lookAtBoth(slice, score, positives, negatives),
      reach: (
        panel: number,
        slice: number,
        positives: number,
        negatives: number,
        above: number,
        after: number,
      ) => of(panel).reach(slice, positives, negatives, above, after),
      tell: (panel: number, from: number, to: number) => of(panel).tell(from, to),
    };
    // JavaScript's logarithm, so that losses are the same to the last bit wherever they are taken.
    const { exports } = new WebAssembly.Instance(compiled, {
      env: { memory },
      charge: { log: Math.log },
      rank,
    });
    this.kernels = exports as Kernels;
  }

  /** All of it, as far as it has grown. */
  get shared(): SharedArrayBuffer {
    return this.memory.buffer;
  }

  /** @returns what `rank` is to call it by */
  listen(calls: RankCalls): number {
    return this.listeners.push(calls) - 1;
  }

  /** Takes room, all 0. @returns where it is */
  take(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil(bytes / alignment) * alignment;
    this.growTo(this.end);
    return at;
  }

  /** Makes sure that there is memory up to an address. */
  growTo(end: number): void {
    const missing = Math.ceil((end - this.shared.byteLength) / pageBytes);
    if (missing > 0) this.memory.grow(missing);
  }

  /** Forgets what is in it. @returns whether it is small enough to be used again */
  clear(): boolean {
    if (this.shared.byteLength > largestIdle) return false;
    new Uint8Array(this.shared, start).fill(0);
    this.end = start;
    this.listeners.length = 0;
    return true;
  }

  float64(values: Values): Float64Array {
    return this.view(Float64Array, values);
  }

  int32(values: Values): Int32Array {
    return this.view(Int32Array, values);
  }

  uint32(values: Values): Uint32Array {
    return this.view(Uint32Array, values);
  }

  uint16(values: Values): Uint16Array {
    return this.view(Uint16Array, values);
  }

  uint8(values: Values): Uint8Array {
    return this.view(Uint8Array, values);
  }

  /** A structure that kernels know: numbers of 64 bits, then those of 32. @returns where it is */
  struct(doubles: readonly number[], words: readonly number[]): number {
    const at = this.take(structBytes(doubles.length, words.length));
    this.fill(at, doubles, words);
    return at;
  }

  fill(at: number, doubles: readonly number[], words: readonly number[]): void {
    new Float64Array(this.shared, at, doubles.length).set(doubles);
    new Int32Array(this.shared, at + 8 * doubles.length, words.length).set(words);
  }

  private view<View extends { set(values: ArrayLike<number>): void }>(
    make: ViewConstructor<View>,
    values: Values,
  ): View {
    const length = typeof values === 'number' ? values : values.length;
    const at = this.take(length * make.BYTES_PER_ELEMENT);
    // Told only now: memory may have grown.
    const view = new make(this.shared, at, length);
    if (typeof values !== 'number') view.set(values);
    return view;
  }
}

/** Values, or how many of them, all 0. */
type Values = ArrayLike<number> | number;

interface ViewConstructor<View> {
  readonly BYTES_PER_ELEMENT: number;
  new (memory: SharedArrayBuffer, at: number, length: number): View;
}

export const structBytes = (doubles: number, words: number): number => 8 * doubles + 4 * words;
