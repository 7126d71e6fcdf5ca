import { s3 } from '../../jest.preset.mjs';

export default s3();
