/** What the compiler says about the options of the inbox. */
import { connect } from 'holdpoint/client';
import { bearerTokens, createInbox, signedLinks, trustedProxy, type Authorize } from 'holdpoint/inbox';
import { entrypoint, type InterruptEvent } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';

test('the inbox takes a client of any workflows, and says who may come in', async () => {
  const support = entrypoint('support', async (_input: string) => 'done');
  const client = await connect<{ support: typeof support }>();
  createInbox({ client, authenticate: bearerTokens('tokens') });
  createInbox({ client: await connect(), authenticate: trustedProxy({ header: 'x-user' }) });
  createInbox({ client, authenticate: async (request) => ({ actor: request.headers.get('x-user') ?? '' }) });
  createInbox({ client, authenticate: () => undefined });
  // @ts-expect-error an actor has a name
  createInbox({ client, authenticate: () => ({ name: 'ann' }) });
  // @ts-expect-error a client is a must
  createInbox({});
  // @ts-expect-error there is no such option
  createInbox({ client, port: 80 });
});

test('a rule knows the actions, and the question where there is one', () => {
  const authorize: Authorize = ({ groups }, { assignees }, action) =>
    action === 'audit' ? groups.includes('auditors') : assignees !== undefined;
  expectTypeOf(authorize).returns.toEqualTypeOf<boolean | Promise<boolean>>();
  // @ts-expect-error there is no such action
  const wrong: Authorize = (_actor, _item, action) => action === 'delete';
  expectTypeOf(wrong).toBeFunction();
});

test('a link is made for the event of a `notify` task, and ends', () => {
  const event = {} as InterruptEvent;
  const link = signedLinks({ url: 'https://x', keys: [{ id: 'a', secret: 'b' }] });
  expectTypeOf(link(event, { actor: 'ann', expires: '1 day' })).toBeString();
  // @ts-expect-error a link ends
  link(event, { actor: 'ann' });
});

test('a web server may pass a second argument of its own, or none', async () => {
  const inbox = createInbox({ client: await connect() });
  expectTypeOf(inbox.fetch(new Request('http://localhost'))).toEqualTypeOf<Promise<Response>>();
  expectTypeOf(inbox.fetch).toBeCallableWith(new Request('http://localhost'), { address: '127.0.0.1' });
});
