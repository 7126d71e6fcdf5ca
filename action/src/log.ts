import { info } from '@actions/core';

/**
 * One line of the job's log. The runner obeys lines that look like commands (`::add-mask::…`, `##[…]`),
 * so a text from outside must not be able to make one.
 */
export const log = (text: string): void => info(plainLine(text));

export const plainLine = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- control characters are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/^\s*(?=::|##\[)/, '· ');
