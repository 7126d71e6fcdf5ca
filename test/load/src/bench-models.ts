import { buildOnnxModel } from '@sluice/artifacts/testing';

/** Features of every model here, which take them as one tensor. */
export const featureCount = 20;

const hidden = 64;
const trees = 200;
const depth = 6;

/**
 * Boosted trees as converters of XGBoost and LightGBM write them, which is what tables mostly have. Features and
 * thresholds follow from a rule: what the trees say doesn't matter to how long they take, so long as rows part at every
 * node.
 */
export const boostedTrees = (): Buffer => {
  const inner = 2 ** depth - 1;
  const nodes = 2 ** (depth + 1) - 1;
  const places = Array.from({ length: trees * nodes }, (_, index) => ({
    tree: Math.floor(index / nodes),
    node: index % nodes,
  }));
  const isLeaf = ({ node }: { node: number }): boolean => node >= inner;
  const leaves = places.filter(isLeaf);
  const integers = (of: (place: { tree: number; node: number }) => number) => ({
    integers: places.map(of),
  });
  return buildOnnxModel({
    inputs: [{ name: 'features', shape: [null, featureCount] }],
    outputs: [
      { name: 'label', type: 7, shape: [null] },
      { name: 'probabilities', shape: [null, 2] },
    ],
    nodes: [
      {
        operator: 'TreeEnsembleClassifier',
        domain: 'ai.onnx.ml',
        inputs: ['features'],
        outputs: ['label', 'probabilities'],
        attributes: {
          classlabels_int64s: { integers: [0, 1] },
          post_transform: { text: 'LOGISTIC' },
          nodes_treeids: integers(({ tree }) => tree),
          nodes_nodeids: integers(({ node }) => node),
          nodes_modes: { texts: places.map((place) => (isLeaf(place) ? 'LEAF' : 'BRANCH_LEQ')) },
          nodes_featureids: integers(({ tree, node }) =>
            node >= inner ? 0 : (tree * 7 + node * 13) % featureCount,
          ),
          nodes_values: {
            floats: places.map((place) =>
              isLeaf(place) ? 0 : 0.6 * Math.sin(place.tree * nodes + place.node),
            ),
          },
          nodes_truenodeids: integers(({ node }) => (node >= inner ? 0 : 2 * node + 1)),
          nodes_falsenodeids: integers(({ node }) => (node >= inner ? 0 : 2 * node + 2)),
          class_treeids: { integers: leaves.map(({ tree }) => tree) },
          class_nodeids: { integers: leaves.map(({ node }) => node) },
          class_ids: { integers: leaves.map(() => 0) },
          class_weights: { floats: leaves.map((_, index) => 0.1 * Math.sin(index)) },
        },
      },
    ],
  });
};

/** A network of two hidden layers, so small that reading the table is most of the work. */
export const smallNetwork = (): Buffer => {
  const weights = (rows: number, columns: number) =>
    Array.from({ length: rows * columns }, (_, index) => Math.sin(index) / Math.sqrt(rows));
  return buildOnnxModel({
    inputs: [{ name: 'features', shape: [null, featureCount] }],
    outputs: [{ name: 'score', shape: [null, 1] }],
    initializers: [
      { name: 'first', dims: [featureCount, hidden], floats: weights(featureCount, hidden) },
      { name: 'second', dims: [hidden, hidden], floats: weights(hidden, hidden) },
      { name: 'third', dims: [hidden, 1], floats: weights(hidden, 1) },
    ],
    nodes: [
      { operator: 'MatMul', inputs: ['features', 'first'], outputs: ['a'] },
      { operator: 'Relu', inputs: ['a'], outputs: ['b'] },
      { operator: 'MatMul', inputs: ['b', 'second'], outputs: ['c'] },
      { operator: 'Relu', inputs: ['c'], outputs: ['d'] },
      { operator: 'MatMul', inputs: ['d', 'third'], outputs: ['e'] },
      { operator: 'Sigmoid', inputs: ['e'], outputs: ['score'] },
    ],
  });
};
