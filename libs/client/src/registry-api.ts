import { randomUUID } from 'node:crypto';
import { SluiceError, type Page } from '@sluice/contracts';
import type { z } from 'zod';
import { paginate } from './paginate.js';
import type { Call, Transport } from './transport.js';

interface ReadOptions {
  query?: Call['query'];
  signal?: AbortSignal;
  /** How long to retry, when it is not as long as usual. */
  totalMs?: number;
}

interface WriteOptions {
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

/** The habits that all resources of `/api/v1` share: schemas, idempotency keys, pages. */
export class RegistryApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    options: ReadOptions = {},
  ): Promise<z.output<Schema>> {
    return this.#transport.json({ method: 'GET', path: `/api/v1${path}`, ...options }, schema);
  }

  /** Null when there is no such thing. */
  async find<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema> | null> {
    try {
      return await this.get(path, schema);
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** Every POST carries an idempotency key, so that one whose answer was lost can be sent again. */
  post<Schema extends z.ZodType>(
    path: string,
    json: unknown,
    schema: Schema,
    { idempotencyKey = randomUUID(), headers = {} }: WriteOptions = {},
  ): Promise<z.output<Schema>> {
    return this.#transport.json(
      {
        method: 'POST',
        path: `/api/v1${path}`,
        json,
        headers: { ...headers, 'idempotency-key': idempotencyKey },
      },
      schema,
    );
  }

  async delete(path: string): Promise<void> {
    await this.#transport.send({ method: 'DELETE', path: `/api/v1${path}` });
  }

  pages<Item>(
    path: string,
    schema: z.ZodType<Page<Item>>,
    query: Call['query'] = {},
  ): AsyncGenerator<Item, void, undefined> {
    return paginate((after) => this.get(path, schema, { query: { limit: 200, ...query, after } }));
  }
}

/** A name as one part of a path, whatever is in it. */
export const part = (text: string): string => encodeURIComponent(text);
