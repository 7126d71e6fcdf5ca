import { z } from 'zod';
import { SluiceError, type Fault } from '@sluice/contracts';

/**
 * Reads a service's configuration from environment variables, all of it or nothing.
 * An empty variable counts as unset, because that is what an unset one looks like in most deployment files.
 *
 * @throws SluiceError `invalid_request` naming every faulty variable; secrets are never shown
 */
export const loadConfiguration = <Shape extends z.ZodObject>(
  schema: Shape,
  environment: NodeJS.ProcessEnv = process.env,
): z.infer<Shape> => {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .filter((name) => environment[name] !== undefined && environment[name] !== '')
      .map((name) => [name, environment[name]]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults: Fault[] = parsed.error.issues.map((issue) => ({
    message: `the environment variable ${issue.path.join('.')} is ${given[String(issue.path[0])] === undefined ? 'missing' : 'not valid'}`,
    expected: schema.shape[String(issue.path[0])]?.description ?? issue.message,
  }));
  throw new SluiceError('invalid_request', 'The configuration is not valid.', { faults });
};

/** What every service needs. */
export const serviceVariables = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('postgres://user:password@host:port/database'),
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }).describe('nats://user:password@host:port'),
  HOST: z.string().min(1).default('127.0.0.1').describe('the address to listen on'),
  SLUICE_EXIT_WITH_PARENT: z
    .enum(['0', '1'])
    .default('0')
    .describe('1 to stop when standard input closes'),
} as const;

export const portVariable = (fallback: number) =>
  z.coerce.number().int().min(0).max(65_535).default(fallback).describe('a port from 0 to 65535');
