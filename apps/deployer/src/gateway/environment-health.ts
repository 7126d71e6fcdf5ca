import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import { Traffic, type Lane } from './traffic.js';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** The protocol's answers about a server, given for an environment as a whole. */
@Injectable()
export class EnvironmentHealth {
  constructor(private readonly traffic: Traffic) {}

  describe(environment: string): { name: string; version: string; extensions: string[] } {
    this.lanesOf(environment);
    return { name: 'sluice-gateway', version, extensions: [] };
  }

  live(environment: string): { live: true } {
    this.lanesOf(environment);
    return { live: true };
  }

  /** @throws SluiceError `unavailable` naming the models that nothing answers for */
  ready(environment: string): { ready: true } {
    const missing = this.lanesOf(environment).filter((lane) => lane.trouble !== null);
    if (missing.length === 0) return { ready: true };
    const troubles = missing.map((lane) => `${lane.key.model} ${lane.trouble}`);
    throw new SluiceError('unavailable', `Not ready: ${troubles.join('; ')}.`);
  }

  private lanesOf(environment: string): Lane[] {
    const lanes = this.traffic.in(environment);
    if (lanes.length === 0)
      throw new SluiceError('not_found', `There is no environment ${environment} with models.`);
    return lanes;
  }
}
