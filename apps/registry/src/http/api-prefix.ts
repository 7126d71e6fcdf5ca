/** Where every route but the probes lives. */
export const apiPrefix = 'api/v1';
