import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

export const GATEWAY_URL = Symbol('GATEWAY_URL');

/** Where clients reach the gateway: as configured, or else where this process listens. */
@Injectable()
export class GatewayAddress {
  constructor(
    @Inject(GATEWAY_URL) private readonly configured: string | null,
    private readonly adapter: HttpAdapterHost,
  ) {}

  /** The base address of an environment, to which Open Inference Protocol paths are added. */
  of(environment: string): string {
    return `${this.configured ?? this.own()}/${environment}`;
  }

  private own(): string {
    const server = this.adapter.httpAdapter.getHttpServer() as { address(): AddressInfo | null };
    const address = server.address();
    if (address === null)
      throw new Error('The gateway has no address before it listens; set SLUICE_GATEWAY_URL.');
    const host = ['0.0.0.0', '::'].includes(address.address) ? '127.0.0.1' : address.address;
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  }
}
