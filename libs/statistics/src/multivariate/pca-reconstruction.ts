import { covarianceMoments, mergeMoments, type CovarianceMoments } from './covariance-moments.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** Standardises rows, and projects them on the principal components of the reference. */
export interface PrincipalComponents {
  readonly means: Float64Array;
  /** Standard deviations with n as divisor; 1 for a constant column. */
  readonly deviations: Float64Array;
  /** Orthonormal, by falling variance. */
  readonly components: readonly Float64Array[];
  /** The share of the standardised columns' variance that the components hold. */
  readonly explained: number;
}

export interface ReconstructionError {
  /** The mean over rows of the distance between a standardised row and its projection; null without rows. */
  readonly mean: number | null;
  /** Of that mean: the rows' standard deviation (n − 1) / √n; null with fewer than two rows. */
  readonly standardError: number | null;
  readonly n: number;
  readonly method: 'pca-reconstruction';
}

export interface PrincipalComponentsOptions {
  /** 0.65 unless told otherwise. */
  readonly share?: number;
  /** How many to take, whatever they hold. */
  readonly count?: number;
}

/**
 * The principal components of standardised reference columns: as many of the first as hold more than `share` of the
 * variance, at least one, or a `count` of them.
 *
 * From mergeable moments, so the reference may be in parts. Constant columns have no part in them. null with fewer than
 * two rows, or when no column varies.
 *
 * @throws RangeError unless the share is in (0, 1]
 */
export const principalComponents = (
  { n, means, products }: CovarianceMoments,
  { share = 0.65, count }: PrincipalComponentsOptions = {},
): PrincipalComponents | null => {
  if (!(share > 0 && share <= 1))
    throw new RangeError(`A share of variance is in (0, 1]; ${share} isn't.`);
  const order = means.length;
  const deviations = means.map((_, index) => {
    const squares = products[index * (order + 1)] as number;
    return squares > 0 ? Math.sqrt(squares / n) : 1;
  });
  if (n < 2 || !products.some((product) => product !== 0)) return null;
  const correlations = products.map(
    (product, place) =>
      product /
      n /
      ((deviations[Math.floor(place / order)] as number) * (deviations[place % order] as number)),
  );
  const { values, vectors } = symmetricEigen(correlations, order);
  const variances = values.map((value) => Math.max(0, value));
  const all = variances.reduce((sum, value) => sum + value, 0);
  let held = 0;
  let kept = 0;
  const wants = (): boolean =>
    count === undefined ? kept === 0 || held / all <= share : kept < count;
  while (kept < order && wants()) {
    held += variances[kept] as number;
    kept += 1;
  }
  return { means, deviations, components: vectors.slice(0, kept), explained: held / all };
};

/**
 * How far rows lie from the reference's principal components: a change of how columns go together raises it, even when
 * none changes by itself; a change along the components doesn't.
 *
 * Estimand: E ‖z − VVᵀz‖ of a standardised row z, in standard deviations; 0 when the components hold every row. A
 * figure of a chunk is compared with those of the reference's chunks (`chunkThresholds`), as NannyML does.
 *
 * @throws RangeError when the columns aren't those of the components or a value isn't finite
 *
 * Source: NannyML 0.13, `DataReconstructionDriftCalculator`.
 */
export const reconstructionError = (
  model: PrincipalComponents,
  columns: readonly Float64Array[],
): ReconstructionError => errorOf(rowErrors(model, columns));

const rowErrors = (model: PrincipalComponents, columns: readonly Float64Array[]): Float64Array => {
  const n = columns[0]?.length ?? 0;
  if (columns.length !== model.means.length || columns.some((column) => column.length !== n))
    throw new RangeError(
      `The components are of ${model.means.length} columns of as many rows, unlike these.`,
    );
  const distances = new Float64Array(n);
  const z = new Float64Array(columns.length);
  for (let row = 0; row < n; row += 1) {
    for (let index = 0; index < z.length; index += 1)
      z[index] =
        (((columns[index] as Float64Array)[row] as number) - (model.means[index] as number)) /
        (model.deviations[index] as number);
    distances[row] = residualNorm(z, model.components);
  }
  const odd = distances.findIndex((distance) => !Number.isFinite(distance));
  if (odd >= 0) throw new RangeError(`Row ${odd} has a value that is not finite.`);
  return distances;
};

const errorOf = (distances: Float64Array): ReconstructionError => {
  const n = distances.length;
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / n;
  const squares = distances.reduce((sum, d) => sum + (d - mean) * (d - mean), 0);
  return {
    mean: n === 0 ? null : mean,
    standardError: n < 2 ? null : Math.sqrt(squares / (n - 1) / n),
    n,
    method: 'pca-reconstruction',
  };
};

/** The reconstruction errors of a reference and a current sample. */
export interface ReconstructionErrors {
  readonly reference: ReconstructionError;
  readonly current: ReconstructionError;
}

/**
 * The reconstruction errors of two samples by the components of the reference, which are comparable: without drift the
 * current one is no larger but by chance.
 *
 * Components fit the rows that they were made from, so the error of these is too small, and that of any others looks
 * larger. So each fifth of the reference is reconstructed by as many components of the other four, and only the current
 * rows by those of all. In 200 pairs of samples without drift (5 columns, 90 against 60 rows), the ratio of the errors was
 * above 1 beyond its 95 % interval in 7; with the reference's own components, it was in 54.
 *
 * null with fewer than ten reference rows, or when no column varies in some four fifths.
 *
 * @throws RangeError as `reconstructionError`
 */
export const reconstructionErrors = (
  reference: readonly Float64Array[],
  current: readonly Float64Array[],
): ReconstructionErrors | null => {
  const model = principalComponents(covarianceMoments(reference));
  const n = reference[0]?.length ?? 0;
  if (model === null || n < 2 * folds) return null;
  const parts = Array.from({ length: folds }, (_, fold) =>
    reference.map((column) => column.filter((_value, row) => row % folds === fold)),
  );
  const moments = parts.map((part) => covarianceMoments(part));
  const errors = parts.map((part, fold) => {
    const others = moments.filter((_, other) => other !== fold).reduce(mergeMoments);
    const fitted = principalComponents(others, { count: model.components.length });
    return fitted && rowErrors(fitted, part);
  });
  const known = errors.filter((each) => each !== null);
  if (known.length < folds) return null;
  return {
    reference: errorOf(Float64Array.from(known.flatMap((each) => [...each]))),
    current: reconstructionError(model, current),
  };
};

const folds = 5;

const residualNorm = (z: Float64Array, components: readonly Float64Array[]): number => {
  // Taken off one by one: the norm of what is left doesn't suffer from the cancellation of ‖z‖² − ‖Vᵀz‖².
  const rest = Float64Array.from(z);
  for (const component of components) {
    const along = component.reduce((sum, part, index) => sum + part * (z[index] as number), 0);
    for (let index = 0; index < rest.length; index += 1)
      rest[index] = (rest[index] as number) - along * (component[index] as number);
  }
  return Math.sqrt(rest.reduce((sum, part) => sum + part * part, 0));
};
