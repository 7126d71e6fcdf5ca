import { createHash, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  digestOfBytes,
  manifestDigest,
  queries,
  type AuthenticateQuery,
  type Digest,
  type Manifest,
  type Principal,
  type Role,
} from '@sluice/contracts';
import { queryServer } from '@sluice/platform';

export interface StoredArtifact {
  readonly digest: Digest;
  readonly manifest: Manifest;
}

/** The key with which the deployer reads blobs. */
export const serviceKey = `slk_${'5'.repeat(64)}`;

/** What the deployer needs of a registry: blobs over HTTP and, over NATS, whose key it is. */
export class RegistryDouble {
  private readonly blobs = new Map<string, Buffer>();
  private readonly principals = new Map<string, Principal>();
  private readonly http: Server;
  private silence: Promise<void> = Promise.resolve();
  private nats: INestMicroservice | null = null;
  readonly fetched: string[] = [];
  questions = 0;

  private constructor() {
    this.http = createServer(async (request, response) => {
      await this.silence;
      const digest = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
      const bytes = this.blobs.get(digest);
      this.fetched.push(digest);
      if (request.headers.authorization !== `Bearer ${serviceKey}`) response.writeHead(401).end();
      else if (bytes === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-length': bytes.byteLength }).end(bytes);
    });
  }

  static async start(natsUrl: string): Promise<RegistryDouble> {
    const registry = new RegistryDouble();
    await new Promise<void>((resolve) => registry.http.listen(0, '127.0.0.1', resolve));
    await registry.startAnswering(natsUrl);
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async startAnswering(natsUrl: string): Promise<void> {
    this.nats = await NestFactory.createMicroservice(keyModule(this), {
      ...queryServer(natsUrl, 'registry'),
      logger: false,
    });
    await this.nats.listen();
  }

  async stopAnswering(): Promise<void> {
    await this.nats?.close();
    this.nats = null;
  }

  async stop(): Promise<void> {
    await this.stopAnswering();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  /** An artifact of one file, as uploaded; `altered` bytes are what is really there. */
  store(model: Buffer, altered: Buffer = model): StoredArtifact {
    const digest = digestOfBytes(model);
    this.blobs.set(digest, altered);
    const manifest = { files: [{ path: 'model.onnx', digest, size: model.byteLength }] };
    return { manifest, digest: manifestDigest(manifest) };
  }

  /** Answers no request for a blob until this is done. */
  async whileSilent(work: () => Promise<void>): Promise<void> {
    let end: () => void = () => undefined;
    this.silence = new Promise((resolve) => (end = resolve));
    try {
      await work();
    } finally {
      end();
    }
  }

  /** @returns the secret */
  createKey(name: string, ...roles: Role[]): string {
    const secret = `slk_${createHash('sha256').update(name).digest('hex')}`;
    this.principals.set(hashOf(secret), { keyId: randomUUID(), name, kind: 'machine', roles });
    return secret;
  }

  revokeKey(secret: string): void {
    this.principals.delete(hashOf(secret));
  }

  holderOf(sha256: string): Principal | null {
    this.questions += 1;
    return this.principals.get(sha256) ?? null;
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

@Controller()
class KeyController {
  constructor(private readonly registry: RegistryDouble) {}

  @MessagePattern(queries.authenticate)
  authenticate(@Payload() { sha256 }: AuthenticateQuery) {
    return { principal: this.registry.holderOf(sha256) };
  }
}

const keyModule = (registry: RegistryDouble): DynamicModule => ({
  module: class KeyModule {},
  controllers: [KeyController],
  providers: [{ provide: RegistryDouble, useValue: registry }],
});
