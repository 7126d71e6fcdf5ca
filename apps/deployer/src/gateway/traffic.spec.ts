import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RunningServer } from '../targets/target.js';
import { Lane, Traffic, type Backend } from './traffic.js';

const backend = (version: number): Backend => ({ version, server: {} as RunningServer });

describe('Lane', () => {
  let lane: Lane;
  beforeEach(() => {
    lane = new Lane({ model: 'm', environment: 'e' });
  });

  it('has none until it is given one', () => {
    expect(lane.acquire()).toBeNull();
    expect(lane.trouble).toBe('is being started');
  });

  it('keeps a request at the backend it has picked', async () => {
    const [first, second] = [backend(1), backend(2)];
    lane.switchTo(first);
    const lease = lane.acquire()!;
    lane.switchTo(second);
    expect(lease.backend).toBe(first);
    expect(lane.acquire()?.backend).toBe(second);
    expect(await lane.idle(first, 5)).toBe(false);
    lease.release();
    expect(await lane.idle(first, 5)).toBe(true);
  });

  it('counts a lease once, however often it is released', async () => {
    const only = backend(1);
    lane.switchTo(only);
    const [one, other] = [lane.acquire()!, lane.acquire()!];
    one.release();
    one.release();
    expect(await lane.idle(only, 5)).toBe(false);
    const idle = lane.idle(only, 1000);
    other.release();
    expect(await idle).toBe(true);
  });

  it('does not withdraw what has been replaced', () => {
    const [first, second] = [backend(1), backend(2)];
    lane.switchTo(first);
    lane.switchTo(second);
    lane.withdraw(first);
    expect(lane.current).toBe(second);
    lane.explain('is down');
    lane.withdraw(second);
    expect(lane.trouble).toBe('is down');
  });

  it('gives nothing once it is closed', () => {
    lane.switchTo(backend(1));
    lane.close();
    expect(lane.acquire()).toBeNull();
    expect(lane.trouble).toBe('is being stopped');
  });
});

describe('Traffic', () => {
  it('has one lane for a model in an environment', () => {
    const traffic = new Traffic();
    const lane = traffic.open({ model: 'm', environment: 'e' });
    expect(traffic.open({ model: 'm', environment: 'e' })).toBe(lane);
    expect(traffic.find('e', 'm')).toBe(lane);
    expect(traffic.find('m', 'e')).toBeUndefined();
    expect(traffic.in('e')).toEqual([lane]);
  });
});
