import { describe, expect, it } from '@jest/globals';
import { SluiceError } from '@sluice/contracts';
import { z } from 'zod';
import { loadConfiguration, portVariable, serviceVariables } from './load-configuration.js';
import { natsOptions } from './nats-options.js';

const schema = z.object({ ...serviceVariables, PORT: portVariable(7000) });
const good = { DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/d', NATS_URL: 'nats://127.0.0.1:4222' };

describe('loadConfiguration', () => {
  it('fills in defaults, and takes an empty variable as unset', () => {
    expect(loadConfiguration(schema, { ...good, PORT: '', HOST: '' })).toMatchObject({
      PORT: 7000,
      HOST: '127.0.0.1',
    });
  });

  it('names every faulty variable and shows no value, which may be a secret', () => {
    try {
      loadConfiguration(schema, { DATABASE_URL: 'mysql://root:hunter2@h/d', PORT: '70000' });
      throw new Error('accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(SluiceError);
      const { faults } = error as SluiceError;
      expect(faults.map((fault) => fault.message)).toEqual([
        'the environment variable DATABASE_URL is not valid',
        'the environment variable NATS_URL is missing',
        'the environment variable PORT is not valid',
      ]);
      expect(JSON.stringify(faults)).not.toContain('hunter2');
    }
  });
});

describe('natsOptions', () => {
  it('takes user and password out of the URL, decoded', () => {
    expect(natsOptions('nats://us%40er:p%2Fw@127.0.0.1:4222', 'x')).toMatchObject({
      servers: 'nats://127.0.0.1:4222',
      user: 'us@er',
      pass: 'p/w',
    });
    expect(natsOptions('nats://127.0.0.1:4222', 'x')).not.toHaveProperty('user');
  });
});
