/**
 * `holdpoint/inbox`: a page on which people answer questions, to mount in a web server. The handler takes a web-standard
 * request and returns a response.
 */
export { createInbox, type Inbox } from './inbox/inbox.ts';
export type { Actor, Authenticate, Peer, Visitor } from './inbox/actor.ts';
export type { Authorize, InboxAction, InboxItem } from './inbox/authorize.ts';
export type { InboxOptions, InboxSettings } from './inbox/options.ts';
