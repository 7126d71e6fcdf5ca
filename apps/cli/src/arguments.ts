import { InvalidArgumentError } from 'commander';

/** A positive whole number, such as a version's. Unlike parseInt it refuses `3x`. */
export const positiveInteger = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1.');
  return Number(text);
};

export const uuid = (text: string): string => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new InvalidArgumentError('Expected an id such as 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55.');
  return text.toLowerCase();
};

/** The registry's port. The two hundreds after it are for evaluator and gateway. */
export const registryPort = (text: string): number => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_335)
    throw new InvalidArgumentError('Expected a port from 1 to 65335.');
  return port;
};

/** A share, from 0 to 1. */
export const share = (text: string): number => {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return number;
};

/** A number above 0, such as a cost. */
export const positiveNumber = (text: string): number => {
  const number = Number(text);
  if (!(number > 0 && number < Infinity))
    throw new InvalidArgumentError('Expected a number above 0.');
  return number;
};
