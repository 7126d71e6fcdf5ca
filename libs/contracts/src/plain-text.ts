/**
 * A text from a user on one line, for reports, terminals and logs: control characters, escape sequences of terminals among them, become spaces,
 * and marks that turn the direction of writing go, since with them a text can read as another.
 */
export const plainText = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
