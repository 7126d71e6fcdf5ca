import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Head, Module, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { problemSchema, type Principal } from '@sluice/contracts';
import request from 'supertest';
import { z } from 'zod';
import { CurrentPrincipal, Public, Roles } from './access.js';
import { AccessGuard, AUTHENTICATOR, type Authenticator } from './access.guard.js';
import { createHttpApp } from './create-http-app.js';

const bodySchema = z.strictObject({ name: z.string().min(2), count: z.number().int() });

@Controller('things')
class ThingsController {
  @Get()
  @Roles('reader')
  list(@CurrentPrincipal() principal: Principal): object {
    return { asked: principal.name };
  }

  @Post()
  @Roles('contributor')
  create(@Body({ schema: bodySchema }) body: z.infer<typeof bodySchema>): object {
    return body;
  }

  @Get('undeclared')
  undeclared(): object {
    return { secret: true };
  }

  @Get('broken')
  @Roles('reader')
  broken(): never {
    throw new Error('password=hunter2');
  }

  @Get('open')
  @Public()
  open(): object {
    return { open: true };
  }

  @Head('headed')
  @Roles('reader')
  headed(): void {}
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const reader: Principal = {
  keyId: crypto.randomUUID(),
  name: 'rita',
  kind: 'person',
  roles: ['reader'],
};
const authenticator: Authenticator = {
  authenticate: async (hash) => (hash === sha256('good-key') ? reader : null),
};

@Module({
  controllers: [ThingsController],
  providers: [
    { provide: AUTHENTICATOR, useValue: authenticator },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
class ThingsModule {}

describe('the HTTP plumbing of every service', () => {
  let app: NestFastifyApplication;
  const ask = () => request(app.getHttpServer());
  const key = { authorization: 'Bearer good-key' };

  beforeAll(async () => {
    process.env['LOG_LEVELS'] = 'fatal';
    app = await createHttpApp(ThingsModule, 'test', { allowedHosts: ['127.0.0.1', 'localhost'] });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  it.each([
    ['get', '/things'],
    ['get', '/things/'],
    ['get', '//things'],
    ['head', '/things'],
    ['head', '/things/headed'],
    ['post', '/things'],
    ['get', '/things/undeclared'],
    ['get', '/things/broken'],
  ] as const)('lets nobody through %s %s without a key', async (method, path) => {
    const answer = await ask()[method](path);
    expect([401, 404]).toContain(answer.status);
    expect(answer.text ?? '').not.toContain('secret');
  });

  it('answers a missing key with a challenge and a problem document', async () => {
    const answer = await ask()
      .get('/things')
      .expect(401)
      .expect('content-type', /application\/problem\+json/);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    expect(problemSchema.parse(answer.body)).toMatchObject({
      code: 'unauthenticated',
      instance: '/things',
    });
  });

  it.each(['good-key', 'Basic good-key', 'Bearer bad-key', 'Bearer ', `Bearer ${'x'.repeat(300)}`])(
    'refuses %j',
    async (authorization) => {
      await ask().get('/things').set({ authorization }).expect(401);
    },
  );

  it('lets a role in where it is named, and says what is missing where it is not', async () => {
    await ask().get('/things').set(key).expect(200, { asked: 'rita' });
    const answer = await ask().post('/things').set(key).send({ name: 'ab', count: 1 }).expect(403);
    expect(answer.body.detail).toBe('rita has the roles reader; this needs contributor.');
  });

  it('closes a route that names no roles to everybody', async () => {
    await ask().get('/things/undeclared').set(key).expect(403);
  });

  it('tells nothing of a defect but where to find it', async () => {
    const answer = await ask()
      .get('/things/broken')
      .set(key)
      .set('x-correlation-id', 'abc-1')
      .expect(500);
    expect(answer.text).not.toContain('hunter2');
    expect(answer.body).toMatchObject({ code: 'internal', correlationId: 'abc-1' });
    expect(answer.headers['x-correlation-id']).toBe('abc-1');
  });

  it('takes no correlation id that could forge a log line', async () => {
    const answer = await ask().get('/things/open').set('x-correlation-id', 'a b{}').expect(200);
    expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses a host name that is not served, and pages of other origins', async () => {
    await ask().get('/things/open').set('host', 'evil.example').expect(421);
    await ask().get('/things/open').set('host', 'localhost:7100').expect(200);
    await ask().get('/things/open').set('origin', 'https://evil.example').expect(403);
    await ask().get('/things/open').set('origin', 'null').expect(403);
  });

  it('answers an unknown path and a malformed body with problem documents', async () => {
    const unknown = await ask().get('/nowhere').set(key).expect(404);
    expect(problemSchema.parse(unknown.body).code).toBe('not_found');
    const malformed = await ask()
      .post('/things')
      .set(key)
      .set('content-type', 'application/json')
      .send('{"a":')
      .expect(400);
    expect(problemSchema.parse(malformed.body).code).toBe('invalid_request');
  });
});

describe('validation', () => {
  it('names every faulty and every unknown field', async () => {
    @Controller('strict')
    class StrictController {
      @Post()
      @Public()
      create(@Body({ schema: bodySchema }) body: object): object {
        return body;
      }
    }
    @Module({ controllers: [StrictController] })
    class StrictModule {}
    const app = await createHttpApp(StrictModule, 'test', { allowedHosts: ['127.0.0.1'] });
    try {
      await app.listen(0, '127.0.0.1');
      const answer = await request(app.getHttpServer())
        .post('/strict')
        .send({ name: 'a', count: 1.5, status: 'approved' })
        .expect(400);
      const faults = problemSchema.parse(answer.body).faults ?? [];
      expect(faults.map((fault) => fault.path)).toEqual(expect.arrayContaining(['name', 'count']));
      expect(faults.some((fault) => fault.message.includes('status'))).toBe(true);
    } finally {
      await app.close();
    }
  });
});
