export { GitHubStandIn, type NewCommit, type NewPullRequest } from './github-stand-in.js';
export type { Fault } from './faults.js';
export type { AnsweredRequest } from './server.js';
export type { Account, Comment, TokenHolder } from './state.js';
