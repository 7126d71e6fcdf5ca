import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import {
  messageDataQuerySchema,
  queries,
  type Envelope,
  type MessageDataQuery,
} from '@sluice/contracts';
import { DataSource } from 'typeorm';
import { Broker } from './broker.js';
import { SERVICE_NAME } from './messaging.tokens.js';
import { mostBytesInMessage } from './outbox.js';
import { UnreadableMessage } from './unreadable-message.js';

/** The sender of a message doesn't answer for its data: it may be starting. */
export class SenderAway extends Error {
  override readonly name = 'SenderAway';
}

/**
 * The data of messages, wherever it is: in the message, or with its sender when it is too large for one. There it is
 * read in parts, and believed only if its digest is the one that the message names.
 */
@Injectable()
export class MessageData implements OnApplicationBootstrap {
  private readonly logger = new Logger('MessageData');

  constructor(
    private readonly database: DataSource,
    private readonly broker: Broker,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  /** Answers for what this service sent. Not waited for: the broker may come later than the service. */
  onApplicationBootstrap(): void {
    this.broker
      .answer(queries.messageData(this.service), async (question) => {
        const query = messageDataQuerySchema.safeParse(question.json());
        return query.success ? this.part(query.data) : undefined;
      })
      .catch((error: unknown) => {
        this.logger.warn(`Large messages are not answered for: ${(error as Error).message}`);
      });
  }

  /** @throws SenderAway, or UnreadableMessage when the data is gone or is not what the message names */
  async of(envelope: Envelope): Promise<unknown> {
    if (envelope.dataref === undefined) return envelope.data;
    const bytes = await this.bytesOf(envelope);
    try {
      return JSON.parse(bytes.toString());
    } catch (cause) {
      throw new UnreadableMessage('its data is not JSON', { cause });
    }
  }

  /**
   * The data as JSON in UTF-8, not parsed.
   *
   * @throws SenderAway, or UnreadableMessage as `of` does; that the data is no JSON is for the caller to find out
   */
  async bytesOf(envelope: Envelope): Promise<Buffer> {
    const { id, dataref, datasize, datadigest } = envelope;
    if (dataref === undefined) return Buffer.from(JSON.stringify(envelope.data ?? null));
    if (datasize === undefined || datadigest === undefined)
      throw new UnreadableMessage('a dataref without datasize and datadigest');
    const bytes = Buffer.alloc(datasize);
    // As the parts come: at once, the largest data would hold up everything else.
    const hash = createHash('sha256');
    for (let offset = 0; offset < datasize;) {
      const part = await this.ask(dataref, { id, offset });
      if (part === undefined || part.length === 0)
        throw new UnreadableMessage(`${dataref} has no data of message ${id} from byte ${offset}`);
      const wanted = part.subarray(0, datasize - offset);
      bytes.set(wanted, offset);
      hash.update(wanted);
      offset += part.length;
    }
    if (`sha256:${hash.digest('hex')}` !== datadigest)
      throw new UnreadableMessage(`the data of message ${id} does not match its digest`);
    return bytes;
  }

  private async ask(dataref: string, query: MessageDataQuery): Promise<Uint8Array | undefined> {
    try {
      return await this.broker.ask(dataref, query);
    } catch (cause) {
      throw new SenderAway(`${dataref} does not answer: ${(cause as Error).message}`, { cause });
    }
  }

  private async part({ id, offset }: MessageDataQuery): Promise<Uint8Array | undefined> {
    const [row] = await this.database.query<{ part: Buffer }[]>(
      'SELECT substring(data from $2 for $3) AS part FROM outbox WHERE id = $1 AND data IS NOT NULL',
      [id, offset + 1, mostBytesInMessage],
    );
    return row?.part;
  }
}
