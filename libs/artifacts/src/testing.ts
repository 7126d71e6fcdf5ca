export {
  buildOnnxModel,
  onnxType,
  type FixtureAttribute,
  type FixtureInitializer,
  type FixtureModel,
  type FixtureNode,
  type FixtureValue,
} from './onnx/onnx.fixture.js';
export {
  S3Double,
  type DoubleAccount,
  type DoubleRequest,
  type Mischief,
} from './s3/s3-double.fixture.js';
