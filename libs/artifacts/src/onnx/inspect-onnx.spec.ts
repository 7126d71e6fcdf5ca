import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { inspectOnnx } from './inspect-onnx.js';
import {
  buildOnnxModel,
  onnxType,
  type FixtureAttribute,
  type FixtureModel,
  type FixtureNode,
} from './onnx.fixture.js';

const identity: FixtureModel = {
  inputs: [{ name: 'x', shape: [null, 2] }],
  outputs: [{ name: 'y', shape: ['rows', 2] }],
  nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
};
const withNodes = (...nodes: FixtureNode[]) =>
  buildOnnxModel({ ...identity, nodes: [...identity.nodes, ...nodes] });
const classifier = (
  attributes: FixtureNode['attributes'],
  operator = 'TreeEnsembleClassifier',
): FixtureNode => ({
  operator,
  domain: 'ai.onnx.ml',
  inputs: ['x'],
  outputs: ['label', 'scores'],
  attributes,
});
const nestedIn = (
  nodes: FixtureNode[],
  initializers: FixtureModel['initializers'] = [],
): FixtureNode => ({
  operator: 'If',
  inputs: ['condition'],
  outputs: ['z'],
  attributes: {
    then_branch: { graph: { inputs: [], outputs: [{ name: 'z' }], nodes, initializers } },
  },
});
const weights = (location: string, name = 'w') => ({
  name,
  dims: [2],
  external: [
    ['location', location],
    ['offset', '8'],
    ['length', '8'],
  ] as const,
});

describe('what a model says of itself', () => {
  it('reads versions, producer and signature', async () => {
    expect(await inspectOnnx(buildOnnxModel(identity))).toEqual({
      irVersion: 8,
      opsets: [
        { domain: '', version: 17 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      producer: { name: 'sluice-fixture', version: '1.0' },
      signature: {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
        outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
      },
      unrankedInputs: [],
      unservable: [],
      classLabels: null,
      classLabelsAmbiguous: false,
      usesZipMap: false,
      drawsAtRandom: false,
      zipMaps: [],
      externalData: [],
      externalTensors: [],
    });
  });

  it.each([
    ['FLOAT', 'FP32'],
    ['UINT8', 'UINT8'],
    ['INT8', 'INT8'],
    ['INT32', 'INT32'],
    ['INT64', 'INT64'],
    ['STRING', 'BYTES'],
    ['BOOL', 'BOOL'],
    ['FLOAT16', 'FP16'],
    ['DOUBLE', 'FP64'],
    ['UINT64', 'UINT64'],
  ] as const)('maps %s to %s', async (type, datatype) => {
    const model = buildOnnxModel({
      ...identity,
      inputs: [{ name: 'x', type: onnxType[type], shape: [1] }],
    });
    expect((await inspectOnnx(model)).signature.inputs).toEqual([
      { name: 'x', datatype, shape: [1] },
    ]);
  });

  it('leaves out inputs that are initializers, dense or sparse', async () => {
    const model = buildOnnxModel({
      ...identity,
      inputs: [...identity.inputs, { name: 'w', shape: [2] }, { name: 's', shape: [2] }],
      initializers: [{ name: 'w', dims: [2], floats: [1, 2] }],
      sparseInitializers: [{ name: 's', dims: [1], floats: [1] }],
    });
    expect((await inspectOnnx(model)).signature.inputs.map(({ name }) => name)).toEqual(['x']);
  });

  it('tells an input of unknown rank from a scalar', async () => {
    const model = buildOnnxModel({
      ...identity,
      inputs: [{ name: 'open' }, { name: 'scalar', shape: [] }],
    });
    const inspection = await inspectOnnx(model);
    expect(inspection.signature.inputs.map(({ shape }) => shape)).toEqual([[-1], []]);
    expect(inspection.unrankedInputs).toEqual(['open']);
  });

  it.each([
    ['RandomNormal', { operator: 'RandomNormal', inputs: [], outputs: ['noise'] }],
    ['a subgraph with one', nestedIn([{ operator: 'Multinomial', inputs: ['x'], outputs: ['z'] }])],
  ])('tells that it draws random numbers by %s', async (_what, node) => {
    expect((await inspectOnnx(withNodes(node))).drawsAtRandom).toBe(true);
  });

  it('reports outputs that cannot be served, and what to do about ZipMap', async () => {
    const inspection = await inspectOnnx(
      buildOnnxModel({
        inputs: [{ name: 'x', type: onnxType.BFLOAT16, shape: [1] }],
        outputs: [{ name: 'output_probability', sequence: true }],
        nodes: [classifier({ classlabels_strings: { texts: ['bad', 'good'] } }, 'ZipMap')],
      }),
    );
    expect(inspection).toMatchObject({
      signature: { inputs: [], outputs: [] },
      usesZipMap: true,
      classLabels: ['bad', 'good'],
      unservable: [
        { path: 'x', found: 'a tensor of BFLOAT16' },
        {
          path: 'output_probability',
          found: 'a value of kind sequence',
          hint: expect.stringContaining("'zipmap': False"),
        },
      ],
    });
  });

  describe('knows the scores that ZipMap makes dictionaries of', () => {
    const zipMap = (about: Partial<FixtureNode> = {}): FixtureNode => ({
      operator: 'ZipMap',
      domain: 'ai.onnx.ml',
      inputs: ['scores'],
      outputs: ['probabilities'],
      attributes: { classlabels_int64s: { integers: [0, 1] } },
      ...about,
    });
    const zipMapsOf = async (...nodes: FixtureNode[]) =>
      (
        await inspectOnnx(
          buildOnnxModel({
            ...identity,
            outputs: [...identity.outputs, { name: 'probabilities', sequence: true }],
            nodes: [...identity.nodes, ...nodes],
          }),
        )
      ).zipMaps;

    it('with their labels', async () => {
      expect(await zipMapsOf(zipMap())).toEqual([
        { name: 'probabilities', scores: 'scores', classLabels: [0, 1] },
      ]);
    });

    it.each<[string, FixtureNode[]]>([
      ['of another domain', [zipMap({ domain: 'mine' })]],
      ['without labels', [zipMap({ attributes: {} })]],
      ['of another output', [zipMap({ outputs: ['inner'] })]],
      [
        'in a subgraph',
        [
          {
            operator: 'If',
            inputs: ['c'],
            outputs: ['d'],
            attributes: { then_branch: { graph: { inputs: [], outputs: [], nodes: [zipMap()] } } },
          },
        ],
      ],
    ])('but takes none for them %s', async (_what, nodes) => {
      expect(await zipMapsOf(...nodes)).toEqual([]);
    });
  });

  it('reads a file by its path, and says which one is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-onnx-'));
    await writeFile(join(folder, 'a.onnx'), buildOnnxModel(identity));
    expect((await inspectOnnx(join(folder, 'a.onnx'))).irVersion).toBe(8);
    await expect(inspectOnnx(join(folder, 'b.onnx'))).rejects.toMatchObject({
      code: 'invalid_artifact',
      faults: [{ file: 'b.onnx', hint: 'Check the path of the model.' }],
    });
    await expect(inspectOnnx(folder)).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringContaining('is a folder'),
    });
    await rm(folder, { recursive: true });
  });
});

describe('class labels', () => {
  const labelsOf = async (...nodes: FixtureNode[]) => {
    const { classLabels, classLabelsAmbiguous } = await inspectOnnx(withNodes(...nodes));
    return classLabelsAmbiguous ? 'ambiguous' : classLabels;
  };
  const strings = classifier({ classlabels_strings: { texts: ['bad', 'göod'] } });
  const integers = classifier({ classlabels_int64s: { integers: [-1, 0, 1] } });

  it('reads strings, and integers under both of their names', async () => {
    expect(await labelsOf(strings)).toEqual(['bad', 'göod']);
    expect(await labelsOf(integers)).toEqual([-1, 0, 1]);
    expect(
      await labelsOf(classifier({ classlabels_ints: { integers: [3, 4] } }, 'LinearClassifier')),
    ).toEqual([3, 4]);
  });

  it('takes the same list twice as one, and an empty one as none', async () => {
    expect(await labelsOf(strings, strings)).toEqual(['bad', 'göod']);
    expect(await labelsOf(strings, classifier({ classlabels_int64s: { integers: [] } }))).toEqual([
      'bad',
      'göod',
    ]);
  });

  it('does not choose between different lists', async () => {
    expect(await labelsOf(strings, integers)).toBe('ambiguous');
    expect(
      await labelsOf(integers, classifier({ classlabels_int64s: { integers: [1, 0, -1] } })),
    ).toBe('ambiguous');
  });

  it('finds them in a subgraph', async () => {
    expect(await labelsOf(nestedIn([strings]))).toEqual(['bad', 'göod']);
  });

  it('refuses labels that JSON would round', async () => {
    await expect(
      labelsOf(classifier({ classlabels_int64s: { integers: ['9007199254740993'] } })),
    ).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringContaining('9007199254740993'),
    });
  });
});

describe('external data', () => {
  const locations = async (model: Partial<FixtureModel>) =>
    (await inspectOnnx(buildOnnxModel({ ...identity, ...model }))).externalData;

  it('is found wherever a tensor can be', async () => {
    const constant = (location: string): FixtureNode => ({
      operator: 'Constant',
      inputs: [],
      outputs: ['c'],
      attributes: { value: { tensor: weights(location) } },
    });
    expect(await locations({ initializers: [weights('initializer')] })).toEqual(['initializer']);
    expect(await locations({ sparseInitializers: [weights('sparse')] })).toEqual(['sparse']);
    expect(await locations({ nodes: [constant('attribute')] })).toEqual(['attribute']);
    expect(
      await locations({ nodes: [nestedIn([constant('inner')], [weights('subgraph')])] }),
    ).toEqual(['inner', 'subgraph']);
    expect(await locations({ nodes: [nestedIn([nestedIn([constant('deep')])])] })).toEqual([
      'deep',
    ]);
    expect(await locations({ functionNodes: [constant('function')] })).toEqual(['function']);
    expect(await locations({ trainingInitializers: [weights('training')] })).toEqual(['training']);
  });

  it.each<[string, FixtureAttribute]>([
    ['a list of tensors', { tensors: [weights('here')] }],
    ['a sparse tensor', { sparseTensor: weights('here') }],
    ['a list of sparse tensors', { sparseTensors: [weights('here')] }],
    [
      'a list of graphs',
      { graphs: [{ inputs: [], outputs: [], nodes: [], initializers: [weights('here')] }] },
    ],
  ])('is found in %s, of a node or as the default of a function', async (_what, attribute) => {
    const node: FixtureNode = {
      operator: 'Any',
      inputs: [],
      outputs: [],
      attributes: { attribute },
    };
    expect(await locations({ nodes: [node] })).toEqual(['here']);
    expect(await locations({ functionNodes: [], functionDefaults: { attribute } })).toEqual([
      'here',
    ]);
  });

  it('is found although the tensor does not say that it is external', async () => {
    expect(await locations({ initializers: [{ ...weights('unmarked'), unmarked: true }] })).toEqual(
      ['unmarked'],
    );
  });

  it('is reported without a location, and with each of two', async () => {
    expect(await locations({ initializers: [{ name: 'w', dims: [1], external: [] }] })).toEqual([
      '',
    ]);
    const two = [
      ['location', 'first'],
      ['location', '../second'],
    ] as const;
    expect(
      new Set(await locations({ initializers: [{ name: 'w', dims: [1], external: two }] })),
    ).toEqual(new Set(['first', '../second']));
  });

  it('comes with where it is', async () => {
    const { externalTensors } = await inspectOnnx(
      buildOnnxModel({ ...identity, initializers: [weights('w.bin')] }),
    );
    expect(externalTensors).toEqual([
      {
        tensor: 'w',
        location: 'w.bin',
        offset: '8',
        length: '8',
        elementType: onnxType.FLOAT,
        dims: [2n],
      },
    ]);
  });

  it('is not looked for behind a nesting that no exporter makes: that is refused', async () => {
    let node = nestedIn([], [weights('../secret')]);
    for (let depth = 0; depth < 40; depth += 1) node = nestedIn([node]);
    await expect(inspectOnnx(withNodes(node))).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringContaining('nested deeper'),
    });
  });
});

describe('what is not ONNX', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'an empty file'],
    [
      'a pickle',
      Buffer.from('\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94', 'latin1'),
      'a Python pickle',
    ],
    [
      'a PyTorch file',
      Buffer.from('PK\x03\x04\x00\x00\x08\x08archive/data.pkl', 'latin1'),
      'a PyTorch checkpoint',
    ],
    ['a Keras file', Buffer.from('\x89HDF\r\n\x1a\n\x00\x00', 'latin1'), 'an HDF5 file'],
    ['gzip', gzipSync('model'), 'a gzip file'],
    ['compressed joblib', Buffer.from('\x78\x9c\x4b\xcf', 'latin1'), 'a compressed joblib pickle'],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
      'a Git LFS pointer',
    ],
    ['ORT format', Buffer.from('\x08\x00\x00\x00ORTM\x00\x00', 'latin1'), 'a model in ORT format'],
    [
      'safetensors',
      Buffer.from('\x40\x00\x00\x00\x00\x00\x00\x00{"weight":{}}', 'latin1'),
      'a safetensors file',
    ],
    ['text', Buffer.from('not a model, müssen wir sagen\n'), 'a text file'],
  ])('refuses %s by name', async (_what, bytes, looksLike) => {
    await expect(inspectOnnx(bytes, 'm.onnx')).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringContaining(looksLike),
      faults: [{ file: 'm.onnx', expected: 'an ONNX model', hint: expect.any(String) }],
    });
  });

  it('says why it takes no pickle', async () => {
    await expect(inspectOnnx(Buffer.from([0x80, 0x05, 0x4b, 0x01, 0x2e]))).rejects.toMatchObject({
      faults: [{ hint: expect.stringContaining('a pickle executes code when loaded') }],
    });
  });

  it('refuses a model without a graph, an IR version or an output', async () => {
    for (const [bytes, missing] of [
      [Buffer.from([0x08, 0x08]), 'no graph'],
      [buildOnnxModel({ ...identity, irVersion: 0 }), 'no IR version'],
      [buildOnnxModel({ ...identity, outputs: [] }), 'no output'],
    ] as const) {
      await expect(inspectOnnx(bytes)).rejects.toMatchObject({
        code: 'invalid_artifact',
        message: expect.stringContaining(missing),
      });
    }
  });

  it('refuses inputs of no name, and two of one', async () => {
    const twice = { ...identity, inputs: [...identity.inputs, ...identity.inputs] };
    await expect(inspectOnnx(buildOnnxModel(twice))).rejects.toMatchObject({
      message: expect.stringContaining('two inputs named "x"'),
    });
    const unnamed = { ...identity, outputs: [{ name: '', shape: [1] }] };
    await expect(inspectOnnx(buildOnnxModel(unnamed))).rejects.toMatchObject({
      message: expect.stringContaining('has no name'),
    });
  });

  it('never takes a model that was cut anywhere for the whole one, and never fails without a code', async () => {
    const whole = withNodes(classifier({ classlabels_strings: { texts: ['a', 'b'] } }));
    // The opsets come last; a cut among them leaves a model that is complete but for these.
    const graphEnd = whole.lastIndexOf(Buffer.from([0x42, 0x04]));
    expect(graphEnd).toBeGreaterThan(100);
    for (let length = 0; length < graphEnd; length += 1) {
      await expect(inspectOnnx(whole.subarray(0, length))).rejects.toMatchObject({
        code: 'invalid_artifact',
      });
    }
  });

  it('refuses a field that reaches beyond its message, where readers would disagree about what follows', async () => {
    // A graph of 2 bytes in which a name of 5 begins.
    const overlapping = Buffer.concat([
      Buffer.from([0x08, 0x08, 0x3a, 0x02, 0x12, 0x05]),
      Buffer.from('hello'),
      buildOnnxModel(identity),
    ]);
    await expect(inspectOnnx(overlapping)).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringContaining('reaches beyond its message'),
    });
  });

  it('answers any single damaged byte with an inspection or a coded refusal', async () => {
    const whole = withNodes(
      nestedIn([classifier({ classlabels_int64s: { integers: [0, 1] } })], [weights('w.bin')]),
    );
    const outcomes = new Set<string>();
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 0xff;
      outcomes.add(
        await inspectOnnx(damaged).then(
          () => 'read',
          (error: { code?: string }) => error.code ?? String(error),
        ),
      );
    }
    expect([...outcomes].sort()).toEqual(['invalid_artifact', 'read']);
  });
});
