/**
 * Whether a name matches a pattern in which `*` stands for any characters and `?` for one.
 *
 * A regular expression of many stars can take exponential time on a name that a stranger chose; this takes at most
 * the product of the lengths, since only the last star is ever tried again.
 */
export const matchesWildcard = (name: string, pattern: string): boolean => {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let retryAt = 0;
  while (at < name.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern++;
      retryAt = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === name[at])) {
      inPattern += 1;
      at += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = retryAt += 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(inPattern));
};
