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

/**
 * Whether a path matches a pattern of a dataset, part by part, in which `**` stands for any folders. Names that start with `.` or
 * `_` match only what names them.
 */
export const matchesPath = (path: string, pattern: string): boolean => {
  const names = path.split('/');
  const parts = pattern.split('/');
  if (parts.at(-1) === '**') parts.push('*');
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let retryAt = 0;
  // As above: only the last `**` is ever tried again.
  while (at < names.length) {
    const name = names[at] as string;
    const part = parts[inPattern];
    if (part === '**') {
      star = inPattern++;
      retryAt = at;
    } else if (part !== undefined && matchesPart(name, part)) {
      inPattern += 1;
      at += 1;
    } else if (star >= 0 && !isHidden(names[retryAt] as string)) {
      inPattern = star + 1;
      at = retryAt += 1;
    } else return false;
  }
  return parts.slice(inPattern).every((part) => part === '**');
};

const matchesPart = (name: string, part: string): boolean =>
  !(isHidden(name) && /^[*?]/.test(part)) && matchesWildcard(name, part);

const isHidden = (name: string): boolean => /^[._]/.test(name);
