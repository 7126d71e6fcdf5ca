export interface Section {
  readonly text: string;
  /** How it gives way when there is no room: as a whole, or line by line from its end. Without it, never. */
  readonly shorten?: 'drop' | 'lines';
}

const left = 'Left out for length: ';
const noteRoom = 400;

/**
 * Joins sections with empty lines, in no more than `budget` characters. First whole details go, the longest first;
 * then lists lose lines from their ends, the longest first. What went is said at the end.
 */
export const fitSections = (sections: readonly Section[], budget: number): string => {
  const whole = sections.map((section) => section.text).join('\n\n');
  if (whole.length <= budget) return whole;

  const room = Math.max(0, budget - noteRoom);
  const kept = sections.map((section) => ({ ...section, shortened: 0 }));
  let dropped = 0;
  const length = (): number =>
    kept.reduce((sum, section) => sum + (section.text === '' ? 0 : section.text.length + 2), 0);

  for (const section of byLength(kept, 'drop')) {
    if (length() <= room) break;
    section.text = '';
    dropped += 1;
  }
  for (const section of byLength(kept, 'lines')) {
    const lines = section.text.split('\n');
    // One line at a time would be slow on a long list and is not needed: the excess says how many characters must go.
    let excess = length() - room;
    while (excess > 0 && lines.length > 1) {
      excess -= (lines.pop() as string).length + 1;
      section.shortened += 1;
    }
    section.text = lines.join('\n');
  }
  const lines = kept.reduce((sum, section) => sum + section.shortened, 0);
  const note = [
    dropped > 0 ? `${dropped} tables of details` : '',
    lines > 0 ? `${lines} lines of longer lists` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
  const text = kept
    .map((section) => section.text)
    .filter((part) => part !== '')
    .concat(`_${left}${note}. The whole verdict is in the registry and in the action's output._`)
    .join('\n\n');
  // Only a budget too small for the headline gets here; half a character must not be left at the end.
  return text.length <= budget ? text : text.slice(0, budget).replace(/[\ud800-\udbff]$/, '');
};

interface Shortened {
  text: string;
  shorten?: 'drop' | 'lines';
  shortened: number;
}
const byLength = (sections: Shortened[], shorten: 'drop' | 'lines'): Shortened[] =>
  sections
    .filter((section) => section.shorten === shorten)
    .toSorted((a, b) => b.text.length - a.text.length);
