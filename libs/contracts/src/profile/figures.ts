import { z } from 'zod';
import { mostIntersections } from '../policy/groupings.js';

/** How many rows, of something that has some. */
export const count = z.number().int().positive();
export const mass = z.number().nonnegative();

/** Σ x and Σ x². */
export const moments = z.strictObject({ sum: z.number(), squares: mass });

/** The longest list of a slice: so many runs of scores, bins of a histogram or of a sketch. */
const longestList = 2 ** 17;
export const numbers = z.array(z.number()).max(longestList);
export const masses = z.array(mass).max(longestList);
/** Longer names are no groups, classes or columns of anything that a report shows. */
export const label = z.string().max(10_000);

/** Lists that stand beside each other, such as bins and the masses in them. */
export const sameLength = (lists: readonly (readonly unknown[])[]): boolean =>
  lists.every(({ length }) => length === lists[0]?.length);

export const ascending = (list: readonly number[]): boolean =>
  list.every((value, at) => at === 0 || value > (list[at - 1] as number));

export const unequalLists = 'expected lists of one length';
export const unsorted = 'expected ascending numbers, each once';

const mostGroupings = 10_000;

/** The groups of each protected column and intersection, and the same within strata. */
export const groupingsOf = <Shape extends z.core.$ZodLooseShape>(slice: z.ZodObject<Shape>) =>
  z
    .array(
      z.strictObject({
        column: label,
        privileged: label.nullable(),
        within: z.strictObject({ column: label, value: label }).nullable(),
        overall: slice.optional(),
        groups: z.array(slice.extend({ group: label })).max(mostIntersections),
      }),
    )
    .max(mostGroupings);
