import { info } from '@actions/core';
import { plainText } from '@sluice/contracts';

/**
 * One line of the job's log. The runner obeys lines that look like commands (`::add-mask::…`, `##[…]`),
 * so a text from outside must not be able to make one.
 */
export const log = (text: string): void => info(plainLine(text));

export const plainLine = (text: string): string => plainText(text).replace(/^\s*(?=::|##\[)/, '· ');
