import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import {
  apiKeyListSchema,
  createApiKeySchema,
  createdApiKeySchema,
  type ApiKey,
  type CreateApiKey,
  type CreatedApiKey,
  type Principal,
} from '@sluice/contracts';
import { CurrentPrincipal, Roles } from '@sluice/platform';
import { administrators } from '../access/roles.js';
import { Operation } from '../http/operation.js';
import { idParameter } from '../http/path-parameters.js';
import { ApiKeysService } from './api-keys.service.js';

@Controller('keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Roles(...administrators)
  @Operation({
    id: 'createApiKey',
    summary: 'Make an API key',
    description: 'The answer holds the key itself. It is shown this once and stored nowhere.',
    status: 201,
    response: createdApiKeySchema,
    location: (key) => `/keys/${key.id}`,
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createApiKeySchema }) wish: CreateApiKey,
  ): Promise<CreatedApiKey> {
    return this.keys.create(principal, wish);
  }

  @Get()
  @Roles(...administrators)
  @Operation({
    id: 'listApiKeys',
    summary: 'All API keys, without their secrets',
    status: 200,
    response: apiKeyListSchema,
  })
  list(): Promise<{ items: ApiKey[] }> {
    return this.keys.list();
  }

  @Delete(':id')
  @Roles(...administrators)
  @Operation({
    id: 'revokeApiKey',
    summary: 'Revoke an API key',
    description: 'Revoking it again changes nothing. The last admin key stays.',
    status: 204,
    content: 'none',
    errors: ['not_found', 'conflict'],
  })
  revoke(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idParameter }) id: string,
  ): Promise<void> {
    return this.keys.revoke(principal, id);
  }
}
