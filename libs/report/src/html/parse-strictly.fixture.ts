/** An element of a page, with the text of its own and of everything in it. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

const voidElements = new Set(['meta', 'br', 'hr', 'img', 'link', 'base', 'input']);
const tag = /^<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+="[^"<>]*")*)\s*(\/?)>/;
const entity = /&(?!(?:amp|lt|gt|quot|#39);)/;

/**
 * Reads HTML that is also well-formed: every element closed in order, every attribute quoted, no stray `<`, `>` or `&`.
 * Browsers repair anything else, each time a chance for a name to become markup, so it throws.
 */
export const parseStrictly = (source: string): Element => {
  const root: Element = { name: 'document', attributes: new Map(), children: [], text: '' };
  const open: Element[] = [root];
  let rest = source.replace(/^<!doctype html>\s*/, '');
  const fail = (problem: string): never => {
    throw new Error(`${problem} before ${JSON.stringify(rest.slice(0, 120))}`);
  };
  const addText = (text: string): void => {
    for (const element of open) element.text += text;
  };
  while (rest !== '') {
    const current = open.at(-1) as Element;
    const end = current.name === 'style' ? rest.indexOf('</style>') : rest.search(/[<>]/);
    const text = end === -1 ? rest : rest.slice(0, end);
    if (current.name !== 'style' && entity.test(text)) fail('a stray &');
    addText(text);
    rest = rest.slice(text.length);
    if (rest === '') break;
    const [whole = '', closing, name = '', attributes = '', selfClosing] =
      tag.exec(rest) ?? fail('no tag');
    if (closing === '/') {
      if (current.name !== name) fail(`</${name}> closes <${current.name}>`);
      open.pop();
    } else {
      const element = { name, attributes: attributesOf(attributes, fail), children: [], text: '' };
      current.children.push(element);
      if (selfClosing !== '/' && !voidElements.has(name)) open.push(element);
    }
    rest = rest.slice(whole.length);
  }
  if (open.length > 1) fail(`<${open.at(-1)?.name}> is not closed`);
  return root;
};

const attributesOf = (source: string, fail: (problem: string) => never): Map<string, string> => {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of source.matchAll(/([a-zA-Z-]+)="([^"]*)"/g)) {
    if (found.has(name)) fail(`two attributes ${name}`);
    if (entity.test(value)) fail('a stray &');
    found.set(
      name,
      value.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    );
  }
  return found;
};
