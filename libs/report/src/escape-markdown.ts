/**
 * Makes a text from a user inert in GitHub's Markdown: no link, no image, no HTML, no mention, no issue
 * reference, no table cell broken open, no line break. It still reads as it was written.
 */
export const escapeMarkdown = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- control characters are what is taken out
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    // Marks that turn the direction of writing can make a text read as another.
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]#+!|~]/g, '\\$&')
    // GitHub finds mentions, references and bare links behind escapes too; a zero-width space ends them.
    .replace(/@/g, '@\u200b')
    .replace(/#/g, '#\u200b')
    // Mathematics between dollar signs, and emoji by name.
    .replace(/\$/g, '&#36;')
    .replace(/:(?=[\w+-]+:)/g, ':\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}\u200b.`)
    .replace(/\bGH-(?=\d)/gi, (match) => `${match.slice(0, 2)}\u200b-`);

/** The same for a place that is HTML and not Markdown, such as a `<summary>`. */
export const escapeHtml = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- control characters are what is taken out
    .replace(/[\u0000-\u001f\u007f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    // Should the place turn out to be Markdown after all, there is no link in it.
    .replace(/\[/g, '&#91;')
    .replace(/\]/g, '&#93;')
    .replace(/@/g, '@\u200b');

/** A text in the monospaced form, for names of columns, files and digests. Backticks in it become apostrophes. */
export const code = (text: string): string => {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  const plain = text
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .replace(/`/g, "'")
    .replace(/\|/g, '\\|')
    .trim();
  return plain === '' ? '` `' : `\`${plain}\``;
};
