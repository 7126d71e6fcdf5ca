export {
  buildOnnxModel,
  onnxType,
  type FixtureAttribute,
  type FixtureInitializer,
  type FixtureModel,
  type FixtureNode,
  type FixtureValue,
} from './onnx/onnx.fixture.js';
