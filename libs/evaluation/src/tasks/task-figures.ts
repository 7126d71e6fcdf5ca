import type { TaskFigures } from '@sluice/contracts';
import type { Profile } from '../profile.js';
import { classFigures } from './class-curves.js';
import type { MulticlassProfile } from './multiclass-slice.js';
import { residualsOf } from './residual-histogram.js';
import type { PredictedLabels } from './regression-slice.js';

/** What a report shows of several classes or of a regression beside measures; null for two classes. */
export const taskFigures = (profile: Profile): TaskFigures | null => {
  if (profile.task === 'binary-classification') return null;
  return profile.task === 'regression'
    ? {
        tenths: tenthsOf(profile.predicted),
        fit: fitOf(profile.predicted),
        residuals: residualsOf(profile.overall),
      }
    : { confusion: confusionOf(profile), ...classFigures(profile.overall) };
};

const confusionOf = ({
  classes,
  overall,
}: MulticlassProfile): NonNullable<TaskFigures['confusion']> => {
  const counts = classes.map(() => classes.map(() => 0));
  for (const { label, prediction, count } of overall.cells) {
    const row = counts[classes.indexOf(label)] as number[];
    const at = classes.indexOf(prediction);
    row[at] = (row[at] as number) + count;
  }
  return { classes, counts };
};

/** Bins in ten parts of as much weight each, as far as whole bins make them. */
const tenthsOf = ({
  masses,
  predictions,
  labels,
  center,
}: PredictedLabels): NonNullable<TaskFigures['tenths']> => {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const parts = new Map<number, { mass: number; prediction: number; label: number }>();
  let below = 0;
  masses.forEach((mass, index) => {
    // By the middle of the bin, so that a large one belongs where most of it lies.
    const tenth = Math.min(9, Math.floor((10 * (below + mass / 2)) / total));
    below += mass;
    const part = parts.get(tenth) ?? { mass: 0, prediction: 0, label: 0 };
    part.mass += mass;
    part.prediction += predictions[index] as number;
    part.label += labels[index] as number;
    parts.set(tenth, part);
  });
  return [...parts.values()]
    .filter(({ mass }) => mass > 0)
    .map(({ mass, prediction, label }) => ({
      prediction: center + prediction / mass,
      label: center + label / mass,
    }));
};

/** As many marks as a picture bears. */
const mostMarks = 48;

/** Neighbouring bins together, so that each mark is of predictions within a range of one width. */
const fitOf = ({
  bins,
  masses,
  predictions,
  labels,
  center,
}: PredictedLabels): NonNullable<TaskFigures['fit']> => {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const first = bins[0] ?? 0;
  const step = Math.ceil(((bins.at(-1) ?? 0) - first + 1) / mostMarks);
  const parts = new Map<number, { mass: number; prediction: number; label: number }>();
  bins.forEach((bin, index) => {
    const at = Math.floor((bin - first) / step);
    const part = parts.get(at) ?? { mass: 0, prediction: 0, label: 0 };
    part.mass += masses[index] as number;
    part.prediction += predictions[index] as number;
    part.label += labels[index] as number;
    parts.set(at, part);
  });
  return [...parts.values()]
    .filter(({ mass }) => mass > 0)
    .map(({ mass, prediction, label }) => ({
      prediction: center + prediction / mass,
      label: center + label / mass,
      share: mass / total,
    }));
};
