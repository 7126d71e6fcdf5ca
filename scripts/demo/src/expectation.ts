/** What should have happened did not. Its message says what was expected and what was found. */
export class ExpectationFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpectationFailed';
  }
}

/** Nothing is told that was not checked: a step that went another way ends the story here. */
export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new ExpectationFailed(otherwise);
}
