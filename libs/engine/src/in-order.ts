/**
 * Works on the items of a stream, several at a time, and takes the results in the order of the items. The next item
 * is asked for while that many are at work. The first failure, in that order too, ends it.
 *
 * @param atOnce at most how many items are at work
 */
export const inOrder = async <Item, Result>(
  items: AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
  take: (item: Item, result: Result) => void,
): Promise<void> => {
  const open: { readonly item: Item; readonly result: Promise<Result> }[] = [];
  const takeFirst = async (): Promise<void> => {
    const first = open.shift();
    if (first !== undefined) take(first.item, await first.result);
  };
  for await (const item of items) {
    if (open.length >= atOnce) await takeFirst();
    const result = work(item);
    // It is awaited when its turn comes; until then Node must not take its failure for one that nobody handles.
    result.catch(() => undefined);
    open.push({ item, result });
  }
  while (open.length > 0) await takeFirst();
};
