/** Combinations of a panel's codes as single numbers: the codes are the digits, each column with a base of its own. */
export class PanelKeys {
  /** How many combinations there may be. */
  readonly count: number;
  readonly strides: readonly number[];

  /** @param sizes how many codes each of the panel's columns has */
  constructor(private readonly sizes: readonly number[]) {
    this.strides = sizes.map((_, at) => product(sizes.slice(0, at)));
    this.count = product(sizes);
  }

  codesOf(key: number): number[] {
    return this.sizes.map((size, at) => Math.floor(key / (this.strides[at] as number)) % size);
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
