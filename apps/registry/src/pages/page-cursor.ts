import { SluiceError, type Page, type PageQuery } from '@sluice/contracts';

/** Where a page ended. Opaque to callers, so that what it holds may change. */
export const cursorOf = (key: string | number): string =>
  Buffer.from(String(key)).toString('base64url');

/** @throws SluiceError `invalid_request` */
export const textCursor = (after: string | undefined): string | undefined => {
  if (after === undefined) return undefined;
  const text = Buffer.from(after, 'base64url').toString();
  if (cursorOf(text) !== after || !/^[\x21-\x7e]+$/.test(text)) throw notACursor();
  return text;
};

/** @throws SluiceError `invalid_request` */
export const numberCursor = (after: string | undefined): number | undefined => {
  const text = textCursor(after);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw notACursor();
  return Number(text);
};

/** Makes a page of rows, of which one more than fits was asked for to learn whether there is more. */
export const pageFrom = <Row, Item>(
  rows: readonly Row[],
  query: Pick<PageQuery, 'limit'>,
  keyOf: (row: Row) => string | number,
  toItem: (row: Row) => Item,
): Page<Item> => {
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    next: rows.length > query.limit && last !== undefined ? cursorOf(keyOf(last)) : null,
  };
};

const notACursor = (): SluiceError =>
  new SluiceError('invalid_request', 'The request has one fault.', {
    faults: [{ path: 'after', message: 'expected the `next` of the page before' }],
  });
