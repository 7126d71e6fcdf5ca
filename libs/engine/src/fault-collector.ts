import { SluiceError, type Fault } from '@sluice/contracts';

type Blame = 'invalid_data' | 'invalid_artifact';

const titles: Readonly<Record<Blame, string>> = {
  invalid_data: 'The dataset cannot be evaluated',
  invalid_artifact: 'The model cannot be evaluated',
};

/** Gathers what is wrong with data and models, so that a user hears all of it at once. */
export class FaultCollector {
  private readonly found: { blame: Blame; fault: Fault }[] = [];
  private cause: unknown;

  /** @param file the dataset, as the user knows it */
  constructor(private readonly file: string) {}

  data(fault: Omit<Fault, 'file'>): void {
    this.found.push({ blame: 'invalid_data', fault: { file: this.file, ...fault } });
  }

  artifact(fault: Fault): void {
    this.found.push({ blame: 'invalid_artifact', fault });
  }

  /** Does a step of which others don't depend: its faults are kept for later and it gives nothing. */
  async gather<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof SluiceError) || !isBlame(error.code)) throw error;
      const blame = error.code;
      const faults = error.faults.length > 0 ? error.faults : [{ message: error.message }];
      this.found.push(...faults.map((fault) => ({ blame, fault })));
      this.cause ??= error;
      return undefined;
    }
  }

  get isEmpty(): boolean {
    return this.found.length === 0;
  }

  throwIfAny(): void {
    if (!this.isEmpty) throw this.error();
  }

  /** The code is that of the data when both are at fault: a model can't be judged by data that isn't right. */
  error(): SluiceError {
    const blame = this.found.some((entry) => entry.blame === 'invalid_data')
      ? 'invalid_data'
      : 'invalid_artifact';
    const faults = this.found.map((entry) => entry.fault);
    return faultError(blame, faults, this.cause);
  }
}

const isBlame = (code: string): code is Blame => Object.hasOwn(titles, code);

/** The error for data or a model that can't be evaluated: one fault speaks for itself, several are counted. */
export const faultError = (
  blame: Blame,
  faults: readonly Fault[],
  cause?: unknown,
): SluiceError => {
  const detail = faults.length === 1 ? faults[0]?.message : `it has ${faults.length} faults`;
  return new SluiceError(blame, `${titles[blame]}: ${detail}.`, { faults, cause });
};
