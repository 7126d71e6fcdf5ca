/** The service's name, as it appears in the source of its messages. */
export const SERVICE_NAME = Symbol('SERVICE_NAME');
export const NATS_URL = Symbol('NATS_URL');
