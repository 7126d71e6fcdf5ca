import { describe, expect, it } from '@jest/globals';
import { inspectOnnx } from './inspect-onnx.js';
import { buildOnnxModel, onnxType, type FixtureNode } from './onnx.fixture.js';
import { withTextLocale } from './with-text-locale.js';

const normalizer = (attributes: FixtureNode['attributes'] = {}): FixtureNode => ({
  operator: 'StringNormalizer',
  inputs: ['note'],
  outputs: ['lower'],
  attributes: { case_change_action: { text: 'LOWER' }, ...attributes },
});
const model = (...nodes: FixtureNode[]) => ({
  inputs: [{ name: 'note', type: onnxType.STRING, shape: [null] }],
  outputs: [{ name: 'lower', type: onnxType.STRING, shape: [null] }],
  nodes,
});

describe('a model that lowers text', () => {
  it('is the model that names the locale itself, and else the same', async () => {
    const bytes = buildOnnxModel(model(normalizer()));
    const named = withTextLocale(bytes, 'C.UTF-8') as Uint8Array;
    // The fixture writes attributes in the order given, and a new one goes behind the operator.
    expect(Buffer.from(named).includes('C.UTF-8')).toBe(true);
    expect(withTextLocale(named, 'de_DE.UTF-8')).toBeNull();
    const [before, after] = [await inspectOnnx(bytes), await inspectOnnx(named)];
    expect(after).toEqual(before);
  });

  it.each<[string, FixtureNode[]]>([
    ['names its locale', [normalizer({ locale: { text: 'fr_FR.UTF-8' } })]],
    ['has no such node', [{ operator: 'Identity', inputs: ['note'], outputs: ['lower'] }]],
  ])('is left alone when it %s', (_what, nodes) => {
    expect(withTextLocale(buildOnnxModel(model(...nodes)), 'C.UTF-8')).toBeNull();
  });
});
