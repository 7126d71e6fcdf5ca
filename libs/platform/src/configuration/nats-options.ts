import type { ConnectionOptions } from '@nats-io/transport-node';

/**
 * The client's options for a NATS URL. The client itself ignores a user and password in the URL.
 * It reconnects for ever: the broker is a hint, and a service outlives it.
 */
export const natsOptions = (url: string, name: string): ConnectionOptions => {
  const { username, password, protocol, host } = new URL(url);
  return {
    servers: `${protocol}//${host}`,
    ...(username === ''
      ? {}
      : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
  };
};
