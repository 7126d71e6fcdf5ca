import { plainText } from '@sluice/contracts';

/** HTML that is safe to write as it is. Only `html` makes it, and `html` escapes whatever isn't Markup already. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = string | number | Markup | readonly Content[] | null | undefined;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that stays text in an element, in a quoted attribute and in SVG. Half characters have no form in UTF-8. */
const escapeText = (text: string): string =>
  plainText(text)
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] as string);

const written = (content: Content): string => {
  if (content == null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escapeText(content);
  return content.map(written).join('');
};

/** A template whose text is trusted and whose values are not: strings are escaped, attributes must be quoted. */
export const html = (texts: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(
    texts.map((text, index) => text.replace(indentation, '\n') + written(values[index])).join(''),
  );

/** Of the template in its source; white space means nothing there. */
const indentation = /\n\s+/g;

/** At most so many characters of a text, with an ellipsis for the rest. */
export const shortened = (text: string, longest: number): string => {
  // Not all of a long text: what lies beyond can't be shown anyway.
  const characters = [...text.slice(0, 2 * longest + 2)];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
};

/** A text from a user inside ours: isolated, so that its direction of writing stays its own. */
export const userText = (text: string, longest = 80): Markup => {
  const shown = shortened(plainText(text).trim(), longest);
  return shown === '' ? html`<i>(blank)</i>` : html`<bdi>${shown}</bdi>`;
};
