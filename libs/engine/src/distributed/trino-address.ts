import { SluiceError } from '@sluice/contracts';

/** Where a Trino is, and in which of its schemas a table without one is looked for. */
export interface TrinoAddress {
  /** Such as `https://trino.example.com:8443`. */
  readonly origin: string;
  readonly user: string;
  readonly catalog: string;
  readonly schema: string;
}

/** Ways to prove who the user is; without any, Trino must believe the name. */
export interface TrinoCredentials {
  readonly password?: string | undefined;
  /** A JWT. */
  readonly token?: string | undefined;
}

const expected = 'trino://user@host:port/catalog/schema';

/**
 * Reads `trino://user@host:port/catalog/schema`. The connection is encrypted, but for servers on this machine;
 * `?tls=true` or `?tls=false` says otherwise. The port is 443 with encryption and 8080 without, unless it is given.
 *
 * @throws SluiceError `invalid_request`, which never quotes what stands in the place of a password
 */
export const parseTrinoAddress = (text: string): TrinoAddress => {
  const refused = (message: string, hint?: string): SluiceError =>
    new SluiceError('invalid_request', `The address of the engine ${message}.`, {
      faults: [
        {
          path: '--engine',
          message: `the address ${message}`,
          expected,
          ...(hint === undefined ? {} : { hint }),
        },
      ],
    });
  // Without a scheme of the web, URL reads no default port into it, which is what we want.
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'trino:' || url.hostname === '')
    throw refused('is no address of a Trino');
  if (url.password !== '')
    throw refused(
      'holds a password',
      'Command lines and logs are read by others: set SLUICE_TRINO_PASSWORD instead.',
    );
  if (url.username === '') throw refused('names no user');
  if (url.hash !== '') throw refused('has a fragment', 'Write # in a name as %23.');
  const names = url.pathname.split('/').slice(1).map(decoded);
  const [catalog, schema] = names;
  if (names.length !== 2 || !catalog || !schema)
    throw refused('does not name one catalog and one schema');
  const user = decoded(url.username);
  // They become headers, where a line break would begin another one.
  for (const name of [user, catalog, schema])
    if (name === undefined || !/^[\x21-\x7e]+$/.test(name))
      throw refused('holds a name with spaces or characters beyond ASCII');
  const tls = encrypted(url, refused);
  const port = url.port === '' ? (tls ? '443' : '8080') : url.port;
  return {
    origin: new URL(`${tls ? 'https' : 'http'}://${url.hostname}:${port}`).origin,
    user: user as string,
    catalog,
    schema,
  };
};

/** The user's password or token, of which neither may cross a network in the clear. @throws SluiceError `invalid_request` */
export const trinoCredentials = (
  environment: Readonly<Record<string, string | undefined>>,
  { origin }: TrinoAddress,
): TrinoCredentials => {
  const password = environment['SLUICE_TRINO_PASSWORD'] || undefined;
  const token = environment['SLUICE_TRINO_TOKEN'] || undefined;
  const variable = token === undefined ? 'SLUICE_TRINO_PASSWORD' : 'SLUICE_TRINO_TOKEN';
  if (password !== undefined && token !== undefined)
    throw new SluiceError(
      'invalid_request',
      'Both SLUICE_TRINO_PASSWORD and SLUICE_TRINO_TOKEN are set: only one of them can be sent.',
    );
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new SluiceError('invalid_request', 'SLUICE_TRINO_TOKEN holds characters no token has.');
  if ((password ?? token) !== undefined && !origin.startsWith('https:'))
    throw new SluiceError(
      'invalid_request',
      `${variable} is set, and ${origin} is not encrypted: everyone on the way could read it. Unset it, or add ?tls=true to the address.`,
    );
  return { password, token };
};

const encrypted = (
  { hostname, searchParams }: URL,
  refused: (message: string, hint?: string) => SluiceError,
): boolean => {
  const unknown = [...searchParams.keys()].find((name) => name !== 'tls');
  if (unknown !== undefined)
    throw refused(`has an unknown option ${JSON.stringify(unknown)}`, 'The only one is tls.');
  const asked = searchParams.get('tls');
  if (asked === null) return !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (asked !== 'true' && asked !== 'false') throw refused('has a tls that is not true or false');
  return asked === 'true';
};

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
