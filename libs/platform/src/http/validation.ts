import { StandardSchemaValidationPipe } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';

/** Validates what routes declare by `@Body({ schema })` and the like, and names every fault by its field. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({
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
