import { z } from 'zod';

/** Keyset pagination: `after` is the opaque `next` of the page before. */
export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Entries a page'),
  after: z.string().max(200).optional().describe('The `next` of the page before'),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

export const pageOf = <Item extends z.ZodType>(item: Item, id: string) =>
  z
    .strictObject({
      items: z.array(item),
      next: z
        .string()
        .nullable()
        .describe('Pass it as `after` for the next page; null on the last one'),
    })
    .meta({ id });
export interface Page<Item> {
  items: Item[];
  next: string | null;
}
