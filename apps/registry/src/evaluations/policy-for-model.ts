import {
  environmentOrder,
  parsePolicy,
  SluiceError,
  type Fault,
  type Policy,
} from '@sluice/contracts';

/**
 * Reads a policy that is to gate a registered version of this model.
 *
 * @param environments those that the registry has. A policy that compared with the champion of one that doesn't
 *   exist would compare with nothing, for ever
 * @throws SluiceError `invalid_policy`
 */
export const policyForModel = (
  text: string,
  model: string,
  environments: readonly string[],
): Policy => {
  const policy = parsePolicy(text);
  const faults: Fault[] = [];
  if (policy.model !== model)
    faults.push({
      ...placeOf(text, /^model\s*:/),
      path: 'model',
      message: 'the policy is for another model',
      found: policy.model,
      expected: model,
    });
  if (policy.artifact === undefined)
    faults.push({
      file,
      path: 'artifact',
      message: 'artifact is missing: a registered version is evaluated by running its model',
      expected: 'the ONNX file, in place of columns.score and columns.prediction',
      ...(policy.data.predictions === undefined
        ? {}
        : {
            hint: 'Leave out data.predictions and name the model; `sluice evaluate` judges predictions without a registry.',
          }),
    });
  for (const name of environmentOrder(policy).filter((name) => !environments.includes(name)))
    faults.push({
      ...placeOf(text, new RegExp(`^\\s+["']?${name.replaceAll('.', '\\.')}["']?\\s*:`)),
      path: `promotion.environments.${name}`,
      message: `there is no environment ${name}`,
      found: name,
      expected: `one of ${environments.join(', ')}`,
    });
  if (faults.length === 0) return policy;
  throw new SluiceError('invalid_policy', 'The policy does not fit this registry.', { faults });
};

const file = 'sluice.yaml';

/** The line on which a key stands. The text has parsed, so a miss only means that it is written in flow style. */
const placeOf = (text: string, key: RegExp): Pick<Fault, 'file' | 'line' | 'column'> => {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => key.test(line));
  if (index < 0) return { file };
  return { file, line: index + 1, column: (lines[index] ?? '').search(/\S/) + 1 };
};
