import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort, onFreePort } from './ports.js';

const taken = new Error('the port is taken');
const wasTaken = (error: unknown): boolean => error === taken;

describe('onFreePort', () => {
  it('passes over ports that are taken before the server binds them', async () => {
    const first = await freePort(55_800);
    const squatter = createServer();
    const tried: number[] = [];
    const start = async (port: number): Promise<number> => {
      tried.push(port);
      if (tried.length > 1) return port;
      await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
      throw taken;
    };
    try {
      const port = await onFreePort(first, start, wasTaken);
      expect(tried).toEqual([first, port]);
      expect(port).toBeGreaterThan(first);
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  });

  it('tries no other port when a start fails for another reason, and not for ever', async () => {
    const tries: number[] = [];
    const failing = (error: Error) => (port: number) => {
      tries.push(port);
      return Promise.reject(error);
    };
    const broken = new Error('no such file');
    await expect(onFreePort(55_800, failing(broken), wasTaken)).rejects.toBe(broken);
    expect(tries).toHaveLength(1);
    await expect(onFreePort(55_800, failing(taken), wasTaken)).rejects.toBe(taken);
    expect(new Set(tries.slice(1)).size).toBe(10);
  });
});
