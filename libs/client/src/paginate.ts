import type { Page } from '@sluice/contracts';

/** Everything behind a paginated address, one entry after the other, fetched a page at a time as needed. */
export async function* paginate<Item>(
  readPage: (after: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let after: string | undefined;
  do {
    const page = await readPage(after);
    yield* page.items;
    after = page.next ?? undefined;
  } while (after !== undefined);
}
