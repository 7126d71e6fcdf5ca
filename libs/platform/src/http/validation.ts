import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';

/** Validates what routes declare by `@Body({ schema })` and the like, and names every fault by its field. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new TextCheckingPipe({
    exceptionFactory: (issues) =>
      new SluiceError(
        'invalid_request',
        issues.length === 1
          ? 'The request has one fault.'
          : `The request has ${issues.length} faults.`,
        {
          faults: issues.slice(0, 100).map((issue) => {
            const path = issue.path
              ?.map((part) => String(typeof part === 'object' ? part.key : part))
              .join('.');
            return {
              ...(path === undefined || path === '' ? {} : { path }),
              message: issue.message,
            };
          }),
        },
      ),
  });

/** Also refuses text that Postgres can't store and RFC 8785 can't digest, which no schema of ours means to allow. */
class TextCheckingPipe extends StandardSchemaValidationPipe {
  override transform<Value>(value: Value, metadata: ArgumentMetadata): Promise<Value> {
    if (metadata.schema !== undefined && metadata.type !== 'custom') refuseBrokenText(value, []);
    return super.transform(value, metadata);
  }
}

const deepest = 32;

const refuseBrokenText = (value: unknown, path: readonly string[]): void => {
  if (path.length > deepest)
    throw new SluiceError(
      'invalid_request',
      `The request is nested deeper than ${deepest} levels.`,
    );
  if (typeof value === 'string' && (value.includes('\0') || /\p{Surrogate}/u.test(value)))
    throw new SluiceError('invalid_request', 'The request has text that is not valid.', {
      faults: [
        {
          path: path.join('.'),
          message: 'the text has a NUL character or half a surrogate pair',
          expected: 'Unicode text without NUL',
        },
      ],
    });
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseBrokenText(key, path);
    refuseBrokenText(inner, [...path, key]);
  }
};
