import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import { DataSource } from 'typeorm';
import { AuditTrail, serviceActor } from '../audit/audit-trail.js';
import { REGISTRY_CONFIGURATION, type RegistryConfiguration } from '../registry.configuration.js';
import { ApiKeyStore, sha256Of } from './api-key.store.js';

/** Makes the key of the configuration known, so that somebody can make the others. */
@Injectable()
export class FirstKey implements OnModuleInit {
  constructor(
    @Inject(REGISTRY_CONFIGURATION) private readonly configuration: RegistryConfiguration,
    private readonly database: DataSource,
    private readonly store: ApiKeyStore,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws SluiceError if nobody could ever get in. A revoked key stays revoked. */
  async onModuleInit(): Promise<void> {
    const secret = this.configuration.SLUICE_ADMIN_KEY;
    if (secret !== undefined) return this.make(secret);
    if (await this.store.isEmpty(this.database.manager))
      throw new SluiceError(
        'invalid_request',
        'There is no API key yet, so nobody could use this registry. ' +
          'Start it once with SLUICE_ADMIN_KEY=slk_$(openssl rand -hex 32) and keep that key.',
      );
  }

  private async make(secret: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const id = randomUUID();
      const isNew = await this.store.add(transaction, {
        id,
        name: 'admin',
        kind: 'person',
        roles: ['admin', 'reader', 'contributor', 'approver', 'predictor'],
        sha256: sha256Of(secret),
        createdAt: new Date(),
        createdBy: serviceActor('registry'),
        revokedAt: null,
      });
      if (isNew)
        await this.audit.record(transaction, {
          actor: serviceActor('registry'),
          action: 'key.created',
          subject: `keys/${id}`,
          details: { name: 'admin', from: 'SLUICE_ADMIN_KEY' },
        });
    });
  }
}
