import { Injectable } from '@nestjs/common';
import {
  manifestDigest,
  SluiceError,
  type CreateVersion,
  type Page,
  type Principal,
  type Version,
} from '@sluice/contracts';
import { Creations } from '../idempotency/creations.js';
import { pageFrom } from '../pages/page-cursor.js';
import { ArtifactInspector } from './artifact-inspector.js';
import { toVersion, type VersionEntity } from './version.entity.js';
import { VersionStore, type VersionQuery } from './version.store.js';

@Injectable()
export class VersionsService {
  constructor(
    private readonly store: VersionStore,
    private readonly inspector: ArtifactInspector,
    private readonly creations: Creations,
  ) {}

  /** @throws SluiceError `forbidden`, `not_found` or `invalid_artifact`; nothing is registered then */
  async create(
    principal: Principal,
    model: string,
    wish: CreateVersion,
    key: string | undefined,
  ): Promise<Version> {
    const author = authorOf(principal, wish);
    const attempt = { principal, route: `POST /models/${model}/versions`, body: wish, key };
    const inspect = async () => {
      await this.store.assertModel(model);
      return this.inspector.inspect(wish.artifact);
    };
    return this.creations.once(attempt, inspect, async (transaction, signature) => {
      const row: VersionEntity = {
        model,
        number: await this.store.nextNumber(transaction, model),
        artifactDigest: manifestDigest(wish.artifact),
        artifact: wish.artifact,
        signature,
        author,
        source: wish.source,
        description: wish.description,
        createdAt: new Date(),
        createdBy: principal.name,
        createdByKey: principal.keyId,
      };
      await this.store.add(transaction, row);
      const event = {
        actor: principal.name,
        action: 'version.created',
        subject: `models/${model}/versions/${row.number}`,
        details: { artifactDigest: row.artifactDigest, author, key: principal.keyId },
      };
      return { result: toVersion(row), events: [event] };
    });
  }

  async list(model: string, query: VersionQuery): Promise<Page<Version>> {
    await this.store.assertModel(model);
    const rows = await this.store.list(model, query);
    return pageFrom(rows, query, ({ number }) => number, toVersion);
  }

  async get(model: string, number: number): Promise<Version> {
    return toVersion(await this.store.get(model, number));
  }
}

/** Authors cannot approve their own versions, so a person who could name another author could approve their own. */
const authorOf = (principal: Principal, { author = principal.name }: CreateVersion): string => {
  if (author === principal.name || principal.kind === 'machine') return author;
  throw new SluiceError(
    'forbidden',
    `${principal.name} is a person and cannot register a version of ${author}. Leave \`author\` out, or use the key of a machine, such as that of a pipeline.`,
  );
};
