import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { digestOfBytes, queries, streams, subjects } from '@sluice/contracts';
import { createDatabase } from '@sluice/embedded';
import { DataSource, Like, type MigrationInterface, type QueryRunner } from 'typeorm';
import { z } from 'zod';
import { natsOptions } from '../configuration/nats-options.js';
import { DatabaseModule } from '../database/database.module.js';
import { Consumers, handler, Later, reader, worker } from './consumer.js';
import { addMessageData, createMessageTables, DeadLetterEntity } from './message.entities.js';
import { MessagingModule } from './messaging.module.js';
import { Outbox } from './outbox.js';
import { UnreadableMessage } from './unreadable-message.js';

class CreateTables1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMessageTables(runner);
    await addMessageData(runner);
    await runner.query('CREATE TABLE effect (note text NOT NULL)');
  }
  async down(): Promise<void> {}
}

const natsUrl = process.env['TEST_NATS_URL'] as string;
const noteSchema = z.strictObject({ note: z.string() });
const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within 15 s: ${what}`);
    await pause(50);
  }
};

describe('messages, on real Postgres and NATS', () => {
  let module: TestingModule;
  let database: DataSource;
  let nats: NatsConnection;
  const attempts = new Map<string, number>();

  const open = async (): Promise<TestingModule> => {
    const url = await createDatabase(
      process.env['TEST_DATABASE_URL'] as string,
      `platform_${randomUUID().slice(0, 8)}`,
    );
    const made = await Test.createTestingModule({
      imports: [
        DatabaseModule.forRoot({
          url,
          schema: 'sample',
          entities: [],
          migrations: [CreateTables1790000000000],
        }),
        MessagingModule.forRoot({ service: 'sample', natsUrl }),
      ],
    }).compile();
    made.useLogger(false);
    return made.init();
  };

  const notes = async (): Promise<string[]> =>
    (await database.query<{ note: string }[]>('SELECT note FROM effect ORDER BY note')).map(
      (row) => row.note,
    );
  const send = (note: string, fail = false): Promise<void> =>
    database.transaction(async (transaction) => {
      await module
        .get(Outbox)
        .add(transaction, subjects.evaluationProgressed, `notes/${note.slice(0, 40)}`, { note });
      if (fail) throw new Error('rolled back');
    });

  beforeAll(async () => {
    nats = await connect(natsOptions(natsUrl, 'test'));
    const manager = await jetstreamManager(nats);
    for (const { name } of Object.values(streams))
      await manager.streams.delete(name).catch(() => undefined);
    module = await open();
    database = module.get(DataSource);
    module.get(Consumers).start({
      stream: 'events',
      durable: `test-${randomUUID()}`,
      handlers: {
        [subjects.evaluationProgressed]: handler({
          schema: noteSchema,
          handle: async ({ note }, transaction) => {
            attempts.set(note, (attempts.get(note) ?? 0) + 1);
            await transaction.query('INSERT INTO effect VALUES ($1)', [note]);
            if (note.startsWith('flaky') && attempts.get(note) === 1)
              throw new Error('a passing fault');
            if (note.startsWith('poison')) throw new TypeError('never works');
          },
        }),
        [subjects.evaluationCompleted]: worker({
          schema: noteSchema,
          work: async ({ note }) => {
            // Longer than the broker waits for an acknowledgement.
            await pause(11_000);
            await database.query('INSERT INTO effect VALUES ($1)', [note]);
          },
        }),
      },
    });
  });

  afterAll(async () => {
    await module.close();
    await nats.close();
  });

  it('delivers what committed, and nothing that was rolled back', async () => {
    await expect(send('undone', true)).rejects.toThrow('rolled back');
    await send('done');
    await until('the effect', async () => (await notes()).includes('done'));
    expect(await notes()).not.toContain('undone');
  });

  it('has one effect for a message that comes five times, also when the broker has forgotten it', async () => {
    const envelope = {
      specversion: '1.0' as const,
      id: randomUUID(),
      source: '/test',
      type: subjects.evaluationProgressed,
      subject: 'notes/five',
      time: new Date().toISOString(),
      datacontenttype: 'application/json' as const,
      data: { note: 'five' },
    };
    // Without Nats-Msg-Id the stream stores each of them, as it does after its window for duplicates.
    for (let time = 0; time < 5; time += 1)
      nats.publish(subjects.evaluationProgressed, JSON.stringify(envelope));
    await send('after five');
    await until('the last effect', async () => (await notes()).includes('after five'));
    expect((await notes()).filter((note) => note === 'five')).toHaveLength(1);
  });

  it('tries again after a fault, without the effects of the attempt that failed', async () => {
    await send('flaky');
    await until('the effect', async () => (await notes()).includes('flaky'));
    expect(attempts.get('flaky')).toBe(2);
    expect((await notes()).filter((note) => note === 'flaky')).toHaveLength(1);
  });

  it('sets a poison message aside with its reason, and lets others flow', async () => {
    nats.publish(subjects.evaluationProgressed, 'not json');
    nats.publish(subjects.evaluationProgressed, JSON.stringify({ note: 'no envelope' }));
    await send('after poison');
    await until('the effect behind it', async () => (await notes()).includes('after poison'));
    await until(
      'the dead letters',
      async () => (await database.getRepository(DeadLetterEntity).count()) === 2,
    );
    const letters = await database.getRepository(DeadLetterEntity).find();
    expect(letters.map((letter) => letter.error).join()).toMatch(
      /not JSON.*envelope|envelope.*not JSON/s,
    );
  });

  it('gives up on a message that fails five times, with a dead letter and no effect', async () => {
    await send('poison');
    await until(
      'the dead letter',
      async () => (await database.getRepository(DeadLetterEntity).countBy({ deliveries: 5 })) === 1,
    );
    expect(attempts.get('poison')).toBe(5);
    expect(await notes()).not.toContain('poison');
  }, 30_000);

  /** A message whose data is with a sender that this test plays. */
  const refer = (sender: string, data: string, digest = digestOfBytes(data)): string => {
    const id = randomUUID();
    const envelope = {
      specversion: '1.0',
      id,
      source: '/test',
      type: subjects.evaluationProgressed,
      subject: 'notes/referred',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      dataref: queries.messageData(sender),
      datasize: Buffer.byteLength(data),
      datadigest: digest,
    };
    nats.publish(subjects.evaluationProgressed, JSON.stringify(envelope));
    return id;
  };

  it('carries data that no message could hold', async () => {
    // Parts of it end in the middle of a character.
    const note = `large x${'ü€'.repeat(1_000_000)}`;
    await send(note);
    await until('the effect', async () => (await notes()).includes(note));
    const sizes = await database.query<{ envelope: number; data: number }[]>(
      'SELECT length(envelope::text) AS envelope, length(data) AS data FROM outbox WHERE data IS NOT NULL',
    );
    expect(sizes).toHaveLength(1);
    expect(sizes[0]?.envelope).toBeLessThan(1000);
    expect(sizes[0]?.data).toBeGreaterThan(5_000_000);
  });

  it('waits for a sender that is away, and loses nothing by it', async () => {
    const data = JSON.stringify({ note: 'from one who was away' });
    const id = refer('absent', data);
    await send('after the absent');
    await until('the next one', async () => (await notes()).includes('after the absent'));
    nats.subscribe(queries.messageData('absent'), {
      callback: (_, question) => {
        const asked = question.json<{ id: string; offset: number }>();
        // In small parts, which is the sender's choice.
        if (asked.id === id) question.respond(data.slice(asked.offset, asked.offset + 7));
      },
    });
    await until('the effect', async () => (await notes()).includes('from one who was away'));
    expect(attempts.get('from one who was away')).toBe(1);
  }, 30_000);

  it('believes no data but that which the message names', async () => {
    const letters = () =>
      database
        .getRepository(DeadLetterEntity)
        .findBy({ error: Like('%does not match its digest') });
    const forged = JSON.stringify({ note: 'forged' });
    nats.subscribe(queries.messageData('forger'), {
      callback: (_, question) => void question.respond(forged),
    });
    refer('forger', forged, digestOfBytes('something else'));
    await until('the dead letter', async () => (await letters()).length === 1);
    expect(await notes()).not.toContain('forged');
  });

  it('leaves the data as it came to whoever reads it, and sets aside what they find unreadable', async () => {
    const read: string[] = [];
    module.get(Consumers).start({
      stream: 'events',
      durable: `test-${randomUUID()}`,
      handlers: {
        [subjects.evaluationStopped]: reader({
          read: async (bytes) => {
            const { note } = JSON.parse(Buffer.from(bytes).toString()) as { note: string };
            if (note === 'unreadable') throw new UnreadableMessage('for reasons of its own');
            return note;
          },
          handle: async (note, transaction) => {
            read.push(note);
            await transaction.query('INSERT INTO effect VALUES ($1)', [`read ${note.slice(0, 9)}`]);
          },
        }),
      },
    });
    const large = `larger ${'ü€'.repeat(200_000)}`;
    for (const note of ['small', 'unreadable', large])
      await database.transaction((transaction) =>
        module.get(Outbox).add(transaction, subjects.evaluationStopped, 'notes/read', { note }),
      );
    await until('the last effect', async () => (await notes()).includes('read larger ü€'));
    expect(read).toEqual(['small', large]);
    expect(await notes()).toContain('read small');
    const error = Like('%for reasons of its own');
    expect(await database.getRepository(DeadLetterEntity).findBy({ error })).toHaveLength(1);
  }, 30_000);

  it('takes as many messages at a time as it was told to, and takes up later what was not its turn', async () => {
    let [now, most, turns] = [0, 0, 0];
    const done: string[] = [];
    module.get(Consumers).start({
      stream: 'events',
      durable: `test-${randomUUID()}`,
      concurrency: 2,
      handlers: {
        [subjects.evaluationFailed]: worker({
          schema: noteSchema,
          work: async ({ note }) => {
            if (note === 'not yet' && (turns += 1) < 8) return new Later(20);
            most = Math.max(most, (now += 1));
            await pause(300);
            now -= 1;
            done.push(note);
            return undefined;
          },
        }),
      },
    });
    for (const note of ['not yet', 'a', 'b', 'c', 'd'])
      await database.transaction((transaction) =>
        module.get(Outbox).add(transaction, subjects.evaluationFailed, 'notes/two', { note }),
      );
    await until('all of them', async () => done.length === 5);
    expect(most).toBe(2);
    // More often than a failing message is tried, and without a dead letter.
    expect(turns).toBe(8);
    expect(done.toSorted()).toEqual(['a', 'b', 'c', 'd', 'not yet']);
  }, 30_000);

  it('does slow work once, although it takes longer than an acknowledgement may', async () => {
    await database.transaction((transaction) =>
      module
        .get(Outbox)
        .add(transaction, subjects.evaluationCompleted, 'notes/slow', { note: 'slow' }),
    );
    await until('the effect', async () => (await notes()).includes('slow'));
    await pause(1500);
    expect((await notes()).filter((note) => note === 'slow')).toHaveLength(1);
  }, 30_000);

  it('goes on by itself after the broker lost its store', async () => {
    const manager = await jetstreamManager(nats);
    for (const { name } of Object.values(streams)) await manager.streams.delete(name);
    await send('after the loss');
    await until('the effect', async () => (await notes()).includes('after the loss'));
  }, 30_000);
});
