import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Principal } from '@sluice/contracts';
import type { Authenticator } from '@sluice/platform';
import { DataSource, IsNull } from 'typeorm';
import { ApiKeyEntity, toPrincipal } from './api-key.entity.js';

/** Knows API keys by their SHA-256. */
@Injectable()
export class KeyAuthenticator implements Authenticator {
  constructor(private readonly database: DataSource) {}

  async authenticate(sha256: string): Promise<Principal | null> {
    const row = await this.database.manager.findOneBy(ApiKeyEntity, {
      sha256,
      revokedAt: IsNull(),
    });
    // An index compares as fast as it can; the last word has a comparison whose time tells nothing.
    return row !== null && timingSafeEqual(Buffer.from(row.sha256), Buffer.from(sha256))
      ? toPrincipal(row)
      : null;
  }
}
