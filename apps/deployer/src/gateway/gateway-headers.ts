import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** RFC 9110, 7.6.1: what concerns one connection and not the message. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** What the model server has no business to know, or would misread. */
const notForServers = [
  'authorization',
  'cookie',
  'host',
  'origin',
  'expect',
  'content-length',
  'x-correlation-id',
];

/** What we say ourselves. */
const notForClients = ['x-correlation-id', 'x-content-type-options', 'x-sluice-version'];

/** The client's headers as the model server gets them: with its token in place of the client's key. */
export const requestHeaders = (
  given: IncomingHttpHeaders,
  { token, correlationId, hasBody }: { token: string; correlationId: string; hasBody: boolean },
): OutgoingHttpHeaders => ({
  ...without(given, notForServers),
  authorization: `Bearer ${token}`,
  'x-correlation-id': correlationId,
  // Only with the body it belongs to: alone, it would make the server wait for one.
  ...(hasBody && given['content-length'] !== undefined
    ? { 'content-length': given['content-length'] }
    : {}),
});

/** The model server's headers as the client gets them. */
export const responseHeaders = (given: IncomingHttpHeaders): OutgoingHttpHeaders =>
  without(given, notForClients);

const without = (
  headers: IncomingHttpHeaders,
  names: readonly string[],
): Record<string, string | string[]> => {
  const dropped = new Set([...hopByHop, ...names, ...namedByConnection(headers)]);
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string | string[]] =>
        entry[1] !== undefined && !dropped.has(entry[0]),
    ),
  );
};

const namedByConnection = ({ connection }: IncomingHttpHeaders): string[] =>
  (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
