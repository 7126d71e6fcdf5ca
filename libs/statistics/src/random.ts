/** Gives the next number, uniform on [0, 1), of a stream that its seed decides. */
export type Random = () => number;

/**
 * A reproducible stream of uniform numbers on [0, 1), with 53 random bits each.
 *
 * Generator: xoshiro128**, period 2¹²⁸ − 1; each number takes two of its 32-bit outputs. The same seed gives the
 * same stream on every platform. Not for secrets.
 *
 * @param seed any non-negative safe integers; their order and number count too
 *
 * Source: D. Blackman and S. Vigna, Scrambled linear pseudorandom number generators, ACM TOMS 47 (2021).
 */
export const seededRandom = (seed: readonly number[]): Random => {
  const state = Int32Array.from(stateOf(seed));
  return () =>
    ((nextOutput(state) >>> 5) * 67108864 + (nextOutput(state) >>> 6)) / 9007199254740992;
};

/** The 32-bit outputs of xoshiro128** from a state of four words that aren't all 0. */
export const xoshiro128 = (state: readonly [number, number, number, number]): (() => number) => {
  const own = Int32Array.from(state);
  return () => nextOutput(own) >>> 0;
};

/** A step of the generator. Of an array, since numbers that closures share are boxed: three times as slow. */
const nextOutput = (state: Int32Array): number => {
  const [a, b] = [state[0] as number, state[1] as number];
  const c = (state[2] as number) ^ a;
  const d = (state[3] as number) ^ b;
  state[0] = a ^ d;
  state[1] = b ^ c;
  state[2] = c ^ (b << 9);
  state[3] = rotate(d, 11);
  return Math.imul(rotate(Math.imul(b, 5), 7), 9);
};

/** Four words from any number of integers: each is folded in by a step of splitmix32's finaliser. */
const stateOf = (seed: readonly number[]): [number, number, number, number] => {
  let hash = 0x9e3779b9 ^ seed.length;
  for (const part of seed) {
    hash = mix((hash ^ (part | 0)) + 0x9e3779b9);
    // Counts may exceed 32 bits.
    hash = mix((hash ^ (Math.floor(part / 4294967296) | 0)) + 0x9e3779b9);
  }
  const word = (): number => (hash = mix(hash + 0x9e3779b9));
  const state: [number, number, number, number] = [word(), word(), word(), word()];
  return state.some((part) => part !== 0) ? state : [1, 2, 3, 4];
};

const mix = (value: number): number => {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
};

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
