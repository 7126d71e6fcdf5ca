/*
 * What the threads that rank do for each row, compiled to WebAssembly. Why, and how it is laid out: docs/decisions/0028.
 */
export { bucket, count, rename } from './take';
export { compare, scatter, settle } from './sort';
export { charge } from './charge';
export { rank } from './rank';
