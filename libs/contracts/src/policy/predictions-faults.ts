/** What a policy says of predictions in a table of their own. */
interface PredictionsOfPolicy {
  readonly artifact?: string | undefined;
  readonly data: { readonly predictions?: string | undefined };
  readonly columns: {
    readonly key?: string | undefined;
    readonly score?: string | undefined;
    readonly prediction?: string | undefined;
    readonly scores?: Readonly<Record<string, string>> | undefined;
    readonly label: string;
    readonly weight?: string | undefined;
    readonly control: readonly string[];
    readonly protected: readonly { readonly name: string }[];
  };
}

/** What is wrong with `data.predictions` and `columns.key`, each with its path in the policy. */
export const faultsOfPredictions = ({
  artifact,
  data: { predictions },
  columns,
}: PredictionsOfPolicy): readonly (readonly [path: string[], message: string])[] => {
  const { key } = columns;
  if (predictions === undefined && key === undefined) return [];
  if (predictions === undefined)
    return [[['columns', 'key'], 'expected data.predictions beside the key that joins them']];
  if (key === undefined)
    return [[['data', 'predictions'], 'expected columns.key, by which predictions are joined']];
  if (artifact !== undefined)
    return [
      [['data', 'predictions'], 'expected either an artifact, or data.predictions, not both'],
    ];
  // These come from the data; taken from the predictions by a mere likeness of names, they would be others.
  const ofData = [
    key,
    columns.label,
    columns.weight,
    ...columns.control,
    ...columns.protected.map(({ name }) => name),
  ].map((name) => name?.toLowerCase());
  const taken: readonly (readonly [path: string[], name: string | undefined])[] = [
    [['columns', 'score'], columns.score],
    [['columns', 'prediction'], columns.prediction],
    ...Object.entries(columns.scores ?? {}).map(([of, name]): [path: string[], name: string] => [
      ['columns', 'scores', of],
      name,
    ]),
  ];
  return taken.flatMap(([path, name]) =>
    name !== undefined && ofData.includes(name.toLowerCase())
      ? [[path, `expected a column of the predictions; ${name} is one of the data`] as const]
      : [],
  );
};
