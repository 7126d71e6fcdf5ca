import { s3Contract } from './s3-contract.fixture.js';

/* What the double does has to be what others say that S3 does: `npm run test:s3` starts their server. */
s3Contract('an emulator that others keep', async () => {
  const environment = process.env['TEST_S3_ENVIRONMENT'];
  if (environment === undefined) throw new Error('Run these tests with `npm run test:s3`.');
  return {
    environment: JSON.parse(environment) as Record<string, string>,
    stop: async () => {},
  };
});
