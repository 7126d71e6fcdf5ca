import type { Across, Measure, MetricName, Task } from '@sluice/contracts';

/** A metric of fairness that is what `across` makes of a metric of quality. */
export interface AcrossForm {
  readonly metric: MetricName;
  readonly across: Across;
}

const forms: Readonly<Record<Task, Partial<Record<MetricName, AcrossForm>>>> = {
  'binary-classification': {},
  'multiclass-classification': {
    accuracy_difference: { metric: 'accuracy', across: 'difference' },
  },
  regression: {
    mean_prediction_difference: { metric: 'mean_prediction', across: 'difference' },
    mean_error_difference: { metric: 'mean_error', across: 'difference' },
    group_loss_difference: { metric: 'mean_squared_error', across: 'difference' },
    group_loss_ratio: { metric: 'mean_squared_error', across: 'ratio' },
    bounded_group_loss: { metric: 'mean_squared_error', across: 'group_max' },
  },
};

/** What a named metric of fairness is made of; undefined when it is none of those. */
export const acrossFormOf = (task: Task, metric: MetricName): AcrossForm | undefined =>
  forms[task][metric];

/** The same, spelled out: of the metric of quality, with `across`. */
export const spelledOut = <Request extends Pick<Measure, 'metric'>>(
  task: Task,
  request: Request,
): Request => {
  const form = acrossFormOf(task, request.metric);
  return form === undefined ? request : { ...request, ...form };
};
