import type { Check, DriftFigures, ScoreCurves, TaskFigures, Verdict } from '@sluice/contracts';
import type { VerdictContext } from '../render-verdict-markdown.js';

export interface HtmlContext extends VerdictContext {
  /** The command that makes this verdict again. */
  readonly reproduce?: string;
  /** Of several classes or of a regression. */
  readonly figures?: TaskFigures | null;
}

/** How much is shown, at most. What is left out is said where it would stand. */
export interface Bounds {
  readonly checks: number;
  readonly columns: number;
  readonly groups: number;
  /** Characters of a name. */
  readonly name: number;
  /** Characters of a sentence. */
  readonly sentence: number;
}

/** What every section draws from. */
export interface Page {
  readonly verdict: Verdict;
  readonly curves: ScoreCurves | null;
  readonly drift: DriftFigures | null;
  readonly context: HtmlContext;
  readonly bounds: Bounds;
  /** An id that no other element of the page has. */
  readonly id: () => string;
}

export const createPage = (
  verdict: Verdict,
  curves: ScoreCurves | null,
  context: HtmlContext,
  bounds: Bounds,
  drift: DriftFigures | null,
): Page => {
  let ids = 0;
  return { verdict, curves, drift, context, bounds, id: () => `i${(ids += 1)}` };
};

/** Those that block, then warnings, then the others, and no more than the page has room for. */
export const shownChecks = ({ verdict, bounds }: Page): readonly Check[] =>
  verdict.checks.length <= bounds.checks
    ? verdict.checks
    : (['fail', 'warn', 'pass'] as const)
        .flatMap((outcome) => verdict.checks.filter((check) => check.outcome === outcome))
        .slice(0, bounds.checks);

/** 12345 → 12,345 */
export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
