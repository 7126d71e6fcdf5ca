import { plainText } from '@sluice/contracts';

/** GitHub finds mentions, references and bare links behind escapes too; a zero-width space ends them. */
const withoutReferences = (text: string): string =>
  text
    .replace(/@/g, '@\u200b')
    .replace(/#/g, '#\u200b')
    .replace(/:(?=[\w+-]+:)/g, ':\u200b')
    .replace(/:\/\//g, ':\u200b//')
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}\u200b.`)
    .replace(/\bGH-(?=\d)/gi, (match) => `${match.slice(0, 2)}\u200b-`);

/**
 * Makes a text from a user inert in GitHub's Markdown: no link, no image, no HTML, no mention, no issue
 * reference, no emoji by name, no mathematics, no table cell broken open, no line break. It still reads as it was written.
 */
export const escapeMarkdown = (text: string): string =>
  withoutReferences(plainText(text))
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]#+!|~]/g, '\\$&')
    .replace(/\$/g, '&#36;');

/** The same for a place that is HTML and not Markdown, such as a `<summary>`. */
export const escapeHtml = (text: string): string =>
  withoutReferences(plainText(text))
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    // Should the place turn out to be Markdown after all, there is no link and no mathematics in it.
    .replace(/\[/g, '&#91;')
    .replace(/\]/g, '&#93;')
    .replace(/\$/g, '&#36;');

/** A text in the monospaced form, for names of columns, files and digests. Backticks in it become apostrophes. */
export const code = (text: string): string => {
  const plain = plainText(text).replace(/`/g, "'").replace(/\|/g, '\\|').trim();
  return plain === '' ? '` `' : `\`${plain}\``;
};
