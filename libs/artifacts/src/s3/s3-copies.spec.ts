import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rejection, temporaryFolder } from '../dataset/temporary-folder.fixture.js';
import { copyFolders } from './copy-folders.fixture.js';
import { parseS3Allowances } from './s3-allowance.js';
import {
  copiesOf,
  locationOf,
  s3Contract,
  s3SignatureContract,
  setEnvironment,
} from './s3-contract.fixture.js';
import { usualPatience } from './s3-client.js';
import type { S3CopiesOptions } from './s3-copies.js';
import { S3Double, type Mischief } from './s3-double.fixture.js';

const startDouble = async () => {
  const double = await S3Double.start();
  double.pageSize = 5;
  return double;
};
s3Contract('the double', startDouble);
s3SignatureContract('the double', startDouble);

describe('when S3 does what it should not', () => {
  let double: S3Double;
  let restore: () => void;
  const text = 'label,score\n'.repeat(20_000);
  const patience = { ...usualPatience, again: 1 };
  /** What happens to the first so many requests for this key. */
  const happens = (mischief: Mischief, times = Infinity): void => {
    let left = times;
    double.mischief = ({ key, headers }) =>
      // The first byte alone is asked for to look at an object.
      key === 'data/a.csv' && headers.range !== 'bytes=0-0' && left-- > 0 ? mischief : undefined;
  };
  const fetch = async (options: Partial<S3CopiesOptions> = {}) => {
    const copies = copiesOf({ patience, ...options });
    try {
      const [copy] = await copies.fetch(locationOf('s3://models/data/'), 'data.evaluation');
      return readFileSync(copy?.path ?? '', 'utf8');
    } finally {
      await copies.close();
    }
  };

  beforeAll(async () => {
    double = await S3Double.start();
    restore = setEnvironment(double.environment);
  });
  beforeEach(() => {
    double.mischief = () => undefined;
    double.requests.length = 0;
    double.put('models', 'data/a.csv', text);
    double.put('models', 'data/b.csv', text);
  });
  afterAll(async () => {
    restore();
    await double.stop();
  });

  it('goes on where a connection broke', async () => {
    happens({ kind: 'break', after: 100_000 }, 1);
    const seen: number[] = [];
    expect(await fetch({ onProgress: ({ bytes }) => seen.push(bytes.done) })).toBe(text);
    const ranges = double.requests.filter(({ key }) => key === 'data/a.csv');
    expect(ranges.map(({ headers }) => headers.range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
    ]);
    expect(new Set(ranges.map(({ headers }) => headers['if-match'])).size).toBe(1);
    expect(seen.at(-1)).toBe(2 * text.length);
  });

  it('begins again where a server knows no ranges', async () => {
    let asked = 0;
    double.mischief = ({ key }) => {
      if (key !== 'data/a.csv') return undefined;
      asked += 1;
      return asked === 1 ? { kind: 'break', after: 100_000 } : { kind: 'ignore conditions' };
    };
    expect(await fetch()).toBe(text);
  });

  it('notices another state where a server knows no conditions', async () => {
    double.mischief = ({ key }) => {
      if (key === 'data/a.csv') double.put('models', key, 'something else');
      return { kind: 'ignore conditions' };
    };
    expect((await rejection(fetch())).faults[0]?.message).toMatch(/was replaced/);
  });

  it('gives up on a connection that always breaks, and leaves nothing behind', async () => {
    const before = copyFolders();
    happens({ kind: 'break', after: 1000 });
    const error = await rejection(fetch());
    expect(error).toMatchObject({
      code: 'unavailable',
      faults: [{ message: expect.stringMatching(/cannot be reached, or fails/) }],
    });
    expect(copyFolders()).toEqual(before);
  });

  it('fetches again what has another checksum, and gives up when it stays so', async () => {
    happens({ kind: 'corrupt' }, 1);
    expect(await fetch()).toBe(text);
    happens({ kind: 'corrupt' });
    expect((await rejection(fetch())).code).toBe('corrupt');
  });

  it('does not wait for ever for an answer that does not go on', async () => {
    happens({ kind: 'stall' });
    const error = await rejection(fetch({ patience: { ...patience, silence: 150 } }));
    expect(['timed_out', 'unavailable']).toContain(error.code);
  });

  it('stops when it is told to, with the reason it was told', async () => {
    const before = copyFolders();
    const stop = new AbortController();
    double.mischief = ({ key }) => {
      if (key === 'data/a.csv') setTimeout(() => stop.abort(new Error('Ctrl-C')), 50);
      return key === '' ? undefined : { kind: 'stall' };
    };
    await expect(fetch({ signal: stop.signal })).rejects.toThrow('Ctrl-C');
    expect(copyFolders()).toEqual(before);
    await expect(fetch({ signal: stop.signal })).rejects.toThrow('Ctrl-C');
  });

  it.each<[number, string, RegExp, string]>([
    [403, 'AccessDenied', /does not let these credentials/, 'invalid_data'],
    [400, 'ExpiredToken', /have expired/, 'invalid_data'],
    [403, 'RequestTimeTooSkewed', /does not accept the credentials/, 'invalid_data'],
    [403, 'InvalidObjectState', /archived/, 'invalid_data'],
    [301, 'PermanentRedirect', /another region/, 'invalid_data'],
    [400, 'InvalidBucketState', /refuses/, 'invalid_data'],
    [500, 'InternalError', /cannot be reached, or fails/, 'unavailable'],
    [503, 'SlowDown', /cannot be reached, or fails/, 'unavailable'],
  ])('explains %i %s', async (status, code, message, ours) => {
    double.mischief = () => ({ kind: 'refuse', refusal: { status, code, message: 'so it is' } });
    const error = await rejection(fetch());
    expect(error.code).toBe(ours);
    expect(error.faults[0]).toMatchObject({
      file: 's3://models/data/',
      path: 'data.evaluation',
      message: expect.stringMatching(message),
      found: expect.stringContaining(code),
      hint: expect.any(String),
    });
  });

  it('asks in the region that it is sent to', async () => {
    const undo = setEnvironment({ ...double.environment, AWS_REGION: 'us-west-2' });
    double.mischief = () => undefined;
    const error = await rejection(fetch().finally(undo));
    expect(error.faults[0]?.message).toMatch(/another region/);
  });

  it('needs credentials', async () => {
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...rest } = double.environment;
    const undo = setEnvironment(rest);
    const error = await rejection(fetch().finally(undo));
    expect(error.faults[0]?.message).toMatch(/no credentials/);
  });
});

describe('where S3 is read from', () => {
  const folder = temporaryFolder();
  let restore: () => void = () => {};
  afterEach(() => restore());
  const look = async () => {
    const copies = copiesOf();
    return rejection(
      copies
        .fetch(locationOf('s3://models/a.csv'), 'data.evaluation')
        .finally(() => copies.close()),
    );
  };
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIADOUBLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };

  it.each(['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'])(
    'is never a server elsewhere without TLS, as of %s',
    async (name) => {
      restore = setEnvironment({ ...environment, [name]: 'http://s3.example.com:9000' });
      const error = await look();
      expect(error).toMatchObject({
        code: 'invalid_request',
        faults: [{ found: 'http://s3.example.com', hint: expect.stringContaining(name) }],
      });
    },
  );

  it('is never a server elsewhere without TLS, as of a profile', async () => {
    writeFileSync(
      join(folder, 'config'),
      '[profile bare]\nendpoint_url = http://10.0.0.1:9000\naws_access_key_id = AKIADOUBLE\naws_secret_access_key = secret\n',
    );
    restore = setEnvironment({ AWS_CONFIG_FILE: join(folder, 'config'), AWS_PROFILE: 'bare' });
    expect((await look()).faults[0]?.found).toMatch(/^http:\/\/.*10\.0\.0\.1$/);
  });

  it('is told when nobody listens there', async () => {
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    restore = setEnvironment({ ...environment, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
    expect(await look()).toMatchObject({
      code: 'unavailable',
      faults: [{ found: expect.stringContaining('ECONNREFUSED') }],
    });
  });
});

describe('what may be read', () => {
  const asked: string[] = [];
  it.each([
    ['s3://models/team', 's3://models/team-of-others/a.csv'],
    ['s3://models/team/', 's3://models/teammates.csv'],
    ['s3://models/team', 's3://models/te*/a.csv'],
    ['s3://models/team', 's3://models/team*/a.csv'],
    ['s3://models/team', 's3://models/'],
    ['s3://models', 's3://models-of-others/a.csv'],
    ['s3://models/a.csv', 's3://models/a.csv.gz'],
    ['s3://models/A', 's3://models/a/b.csv'],
  ])('with %s is not %s, and S3 is not asked', async (allowed, location) => {
    const double = await S3Double.start();
    const restore = setEnvironment(double.environment);
    const copies = copiesOf({
      allowances: parseS3Allowances([{ name: '--allow-s3', entries: [allowed] }]),
    });
    const error = await rejection(copies.fetch(locationOf(location), 'data.predictions')).finally(
      async () => {
        restore();
        await copies.close();
        await double.stop();
      },
    );
    asked.push(...double.requests.map(({ key }) => key));
    expect(error).toMatchObject({
      code: 'invalid_request',
      faults: [
        {
          path: 'data.predictions',
          found: location,
          hint: expect.stringMatching(/add --allow-s3 s3:\/\/models/),
        },
      ],
    });
    expect(asked).toEqual([]);
  });
});
