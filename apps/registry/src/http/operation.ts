import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import type { ErrorCode } from '@sluice/contracts';
import type { z } from 'zod';

export const operationKey = 'sluice:operation';

/** What a route promises: the document of the API is made of it, and the answer's headers are. */
export interface OperationOptions<Value = unknown> {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly status: number;
  /** The JSON it answers with; left out when the answer is no JSON. */
  readonly response?: z.ZodType<Value>;
  /** The media type of an answer that is no JSON, or `none`. */
  readonly content?: 'application/octet-stream' | 'none';
  /** The media type of a request body that is no JSON. */
  readonly consumes?: 'application/octet-stream';
  /** Whether it may answer 200 because the thing was there before. */
  readonly mayBeThere?: boolean;
  /** Beyond those that every route may answer. */
  readonly errors?: readonly ErrorCode[];
  /** Where the created thing is found, below the API's prefix. */
  readonly location?: (value: Value) => string;
  /** The revision that the ETag tells. */
  readonly revision?: (value: Value) => number;
}

/** Documents a route and drives its status, Location and ETag. A route without it fails the API's document. */
export const Operation = <Value>(options: OperationOptions<Value>): MethodDecorator =>
  applyDecorators(SetMetadata(operationKey, options), HttpCode(options.status));
