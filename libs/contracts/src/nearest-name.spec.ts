import { describe, expect, it } from '@jest/globals';
import { nearestName } from './nearest-name.js';

const known = ['age_group', 'sex', 'credit', 'duration_months'];

describe('nearestName', () => {
  it.each([
    ['agegroup', 'age_group'],
    ['Age-Group', 'age_group'],
    ['credti', 'credit'],
    ['durationMonth', 'duration_months'],
    ['SEX', 'sex'],
  ])('takes %s for a slip of %s', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });

  it.each(['income', 'label', 'xyz', ''])('does not guess what %p might be', (name) => {
    expect(nearestName(name, known)).toBeUndefined();
  });
});
