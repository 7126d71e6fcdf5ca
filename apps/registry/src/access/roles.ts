import type { Role } from '@sluice/contracts';

type RoleSet = [Role, ...Role[]];

/** Who may look at models, verdicts, promotions and environments. */
export const readers: RoleSet = ['reader', 'contributor', 'approver', 'admin'];
/** Who may bring in models, data and wishes. */
export const contributors: RoleSet = ['contributor'];
/** Who may end an evaluation that nobody needs any more: whoever may ask for one, and whoever runs the machines. */
export const cancellers: RoleSet = ['contributor', 'admin'];
/** Who may decide a promotion. */
export const approvers: RoleSet = ['approver'];
/** Who may fetch bytes: people who look, and the services that evaluate and run them. */
export const blobReaders: RoleSet = ['reader', 'contributor', 'service'];
/** Who may hand out keys and read the audit trail. */
export const administrators: RoleSet = ['admin'];
