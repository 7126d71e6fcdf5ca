import { distributed } from '../../jest.preset.mjs';

export default distributed();
