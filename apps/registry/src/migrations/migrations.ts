import { AddDatasetManifest1790000500000 } from './add-dataset-manifest.migration.js';
import { AddReference1790000300000 } from './add-reference.migration.js';
import { CancelEvaluations1790000100000 } from './cancel-evaluations.migration.js';
import { CreateRegistry1763800000000 } from './create-registry.migration.js';
import { NameFailedChecks1790000200000 } from './name-failed-checks.migration.js';

/** In order. One that was released never changes. */
export const migrations = [
  CreateRegistry1763800000000,
  CancelEvaluations1790000100000,
  NameFailedChecks1790000200000,
  AddReference1790000300000,
  AddDatasetManifest1790000500000,
];
