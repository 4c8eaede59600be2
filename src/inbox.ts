/**
 * `holdpoint/inbox`: a page on which people answer questions, to mount in a web server. The handler takes a web-standard
 * request and returns a response.
 */
export { createInbox, type Inbox } from './inbox/inbox.ts';
export { agentInbox } from './inbox/adapters/agent-inbox.ts';
export { middleware } from './inbox/adapters/middleware.ts';
export { signedLinks } from './inbox/links.ts';
export { trustedProxy } from './inbox/proxy.ts';
export { bearerTokens } from './inbox/tokens.ts';
export type { Actor, Authenticate, Peer, Visitor } from './inbox/actor.ts';
export type { InboxAdapter } from './inbox/adapters/adapter.ts';
export type { ActionView, ApprovalView } from './inbox/api.ts';
export type { Authorize, InboxAction, InboxItem } from './inbox/authorize.ts';
export type { LinkedQuestion, LinkKey, LinkOptions, MakeLink, SignedLinksOptions } from './inbox/links.ts';
export type { InboxOptions, InboxSettings } from './inbox/options.ts';
export type { ProxyAuthenticate, TrustedProxyOptions } from './inbox/proxy.ts';
export type { TokenAuthenticate } from './inbox/tokens.ts';
export type { Decision, Remembering } from './protocol/approval.ts';
