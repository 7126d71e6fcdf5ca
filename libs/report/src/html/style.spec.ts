import { describe, expect, it } from '@jest/globals';
import { style } from './style.js';

/** The colours of a scheme by name: of the first `:root` in light, of the second in dark. */
const schemes = [...style.matchAll(/:root \{([^}]*--page[^}]*)\}/g)].map(
  ([, rules = '']) =>
    new Map(
      [...rules.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]),
    ),
);

/** WCAG 2.2: (L₁ + 0.05) / (L₂ + 0.05) of the relative luminances, the lighter one above. */
const contrast = (one: string, other: string): number => {
  const [high = 0, low = 0] = [one, other].map(luminance).toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
const luminance = (hex: string): number =>
  [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
    const channel = parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16) / 255;
    return (
      sum + weight * (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)
    );
  }, 0);

describe.each([
  ['light', schemes[0]],
  ['dark', schemes[1]],
])('the %s scheme', (_, colors) => {
  const color = (name: string): string => {
    const found = colors?.get(name);
    if (found === undefined) throw new Error(`There is no colour ${name}.`);
    return found;
  };
  const outcomes = ['pass', 'warn', 'fail'];
  const grounds = ['page', 'soft', ...outcomes.map((outcome) => `${outcome}-soft`)];
  const text = [
    ...grounds.flatMap((ground) => [
      ['text', ground],
      ['quiet', ground],
    ]),
    ...outcomes.map((outcome) => [outcome, `${outcome}-soft`]),
    ['version', 'page'],
    ['quiet', 'allowed'],
    ...['right', 'wrong'].flatMap((kind) =>
      [...'abcde'].map((grade) => ['text', `${kind}-${grade}`]),
    ),
  ] as [string, string][];
  const graphics = [
    ...outcomes.flatMap((outcome) => [
      [outcome, 'page'],
      [outcome, 'allowed'],
    ]),
    ['text', 'bar'],
    ['champion', 'page'],
    ['favorable', 'page'],
    ['other', 'page'],
  ] as [string, string][];

  it.each(text)('has %s on %s readable as text', (name, ground) => {
    expect(contrast(color(name), color(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(graphics)('has %s on %s visible', (name, ground) => {
    expect(contrast(color(name), color(ground))).toBeGreaterThanOrEqual(3);
  });
});
