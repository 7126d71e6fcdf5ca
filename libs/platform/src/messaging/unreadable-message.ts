/** A message that no repetition will make readable. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
}
