import type { Losses, LossProfile, Moments } from './profile.js';

/** What all parts have, merged; null when one lacks it. */
export const inAll = <Part>(
  parts: readonly (Part | null)[],
  merge: (parts: readonly Part[]) => Part,
): Part | null => (parts.every((part) => part !== null) ? merge(parts) : null);

/** Losses add up. */
export const mergeLossProfiles = (parts: readonly LossProfile[]): LossProfile => ({
  version: mergeLosses(parts.map(({ version }) => version)),
  champion: inAll(
    parts.map(({ champion }) => champion),
    mergeLosses,
  ),
  difference: inAll(
    parts.map(({ difference }) => difference),
    mergeLosses,
  ),
});

const mergeLosses = (parts: readonly Losses[]): Losses => ({
  log: mergeMoments(parts.map(({ log }) => log)),
  brier: mergeMoments(parts.map(({ brier }) => brier)),
});

/** Sums add up. */
export const mergeMoments = (parts: readonly Moments[]): Moments => ({
  sum: parts.reduce((total, { sum }) => total + sum, 0),
  squares: parts.reduce((total, { squares }) => total + squares, 0),
});
