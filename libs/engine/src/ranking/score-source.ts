import type { Layout } from '../assembly/layout.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Positions, ScoredRelation, Units } from '../sql/scored-relation.js';

/** Rows to be ranked by one of their scores. */
export interface ScoreSource {
  readonly dataset: Dataset;
  readonly relation: ScoredRelation;
  readonly layout: Layout;
  readonly units: Units;
  readonly rows: number;
  /** The score as an SQL expression. */
  readonly score: string;
  /** The champion's, where rows are ranked by both of their scores. */
  readonly rival?: string;
  /** What is known of a row beside its score and codes, as an SQL expression, see `RowBuffer`. */
  readonly marks: string;
  /** Whether scores of ½ or more predict the favorable label, so that marks needn't tell. */
  readonly predictsAtHalf: boolean;
  /** What to read in place of marks and codes where rows may be others than they were taken for, see `guessSurvey`. */
  readonly positions: Positions | null;
}
