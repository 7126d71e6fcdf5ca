export {
  buildOnnxModel,
  onnxType,
  type FixtureAttribute,
  type FixtureInitializer,
  type FixtureModel,
  type FixtureNode,
  type FixtureValue,
} from './onnx/onnx.fixture.js';
export { copyFolders } from './s3/copy-folders.fixture.js';
export {
  S3Double,
  type DoubleAccount,
  type DoubleRequest,
  type Mischief,
} from './s3/s3-double.fixture.js';
