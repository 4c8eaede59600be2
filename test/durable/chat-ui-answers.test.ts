/** Pages of the AI SDK that approve and answer (C2, C3). */
import { expect, test } from 'vitest';
import { loadMessages, openPage, serveChat, shown, plainly } from './fixtures/chat-page.ts';
import { speaking } from './fixtures/chat-models.ts';
import {
  answeredBy,
  approvalOn,
  handler,
  newId,
  post,
  readAll,
  refund,
  refused,
  says,
  seenOn,
  server,
  started,
  useChat,
} from './fixtures/chat-scenario.ts';
import { resetBefore } from './fixtures/resets.ts';
import { until } from './fixtures/scenario.ts';

useChat();

test('an approval is approved on the page, and the turn goes on in the same message (C2)', async () => {
  await using _model = await speaking({ content: 'One moment.', calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  const page = openPage(server.api, id, { name: 'ann' });
  await page.sendMessage({ text: 'Refund 80' });
  expect(shown(page)).toEqual(['One moment.', 'tool-refund approval-requested']);
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  await until(() => shown(page).at(-1) === 'Done.' && page.status === 'ready');
  expect(shown(page)).toEqual(['One moment.', 'tool-refund output-available', 'Done.']);
  expect(page.messages).toHaveLength(2);
  expect((await started.client.thread(id).answers()).map(({ actor, value }) => [actor, value])).toEqual([
    ['ann', { type: 'approve' }],
  ]);
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});

test('a rejection reaches the model with its reason, and the call is shown as denied', async () => {
  await using model = await speaking({ calls: [refund(80)] }, { content: 'I did not.' });
  const page = openPage(server.api, newId());
  await page.sendMessage({ text: 'Refund 80' });
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: false, reason: 'Too much' });
  await until(() => shown(page).at(-1) === 'I did not.' && page.status === 'ready');
  expect(shown(page)).toEqual(['tool-refund output-denied', 'I did not.']);
  expect(model.requests.at(-1)?.messages.at(-1)?.content).toContain('Too much');
});

test('two approvals of one message are decided together, and a message is refused until then (A4)', async () => {
  await using _model = await speaking({ calls: [refund(80, 'R-1'), refund(90, 'R-2')] }, { content: 'One of two.' });
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'Refund both' });
  expect(shown(page)).toEqual(['tool-refund approval-requested', 'tool-refund approval-requested']);
  expect(await refused(post(says(id, 'Hurry', 'm2')))).toMatchObject({ status: 409, error: 'ThreadBusy' });
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  expect(page.status).toBe('ready');
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: false });
  await until(() => shown(page).at(-1) === 'One of two.' && page.status === 'ready');
  expect(shown(page).toSorted()).toEqual(['One of two.', 'tool-refund output-available', 'tool-refund output-denied']);
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});

test('an edit comes as an answer of its own, and the page shows the arguments that ran', async () => {
  await using _model = await speaking({ calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'Refund 80' });
  const edit = { id: approvalOn(page), value: { type: 'edit', args: { order: 'R-17', amount: 60 } } };
  await page.sendMessage(undefined, { body: { answers: [edit] } });
  expect(shown(page)).toEqual(['tool-refund output-available', 'Done.']);
  expect(page.messages.at(-1)?.parts).toContainEqual(
    expect.objectContaining({ input: { order: 'R-17', amount: 60 }, output: 'Paid 60 back for R-17.' }),
  );
});

test('A11: an answer has the groups that `authorize` says, and counts if they may answer, also with the same key', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'transfer', arguments: { amount: 80 } }] },
    { content: 'Done.' },
  );
  const authorize = (request: Request) => ({ actor: 'ann', groups: request.headers.get('x-groups')?.split(' ') });
  await using own = await serveChat(handler({ authorize }));
  const id = newId();
  const page = openPage(own.api, id);
  await page.sendMessage({ text: 'Transfer 80' });
  const answer = { id, messages: answeredBy(page, approvalOn(page)), trigger: 'submit-message' };
  expect(await refused(post(answer, own))).toMatchObject({ status: 403, error: 'NotAllowed' });
  await (await post(answer, { ...own, headers: { 'x-groups': 'sales finance' } })).text();
  expect(await started.client.thread(id).answers()).toMatchObject([{ actor: 'ann', value: { type: 'approve' } }]);
});

test('a question with a form is a part of its own; an answer that does not fit is refused with the problems (C3)', async () => {
  await using _model = await speaking(
    { calls: [{ name: 'ask_customer', arguments: { question: 'Where do you live?' } }] },
    { content: 'Noted.' },
  );
  const id = newId();
  const page = openPage(server.api, id);
  await page.sendMessage({ text: 'Hi' });
  expect(shown(page)).toEqual(['tool-ask_customer input-available', 'question Where do you live? open']);
  const question = page.messages.at(-1)?.parts.find(({ type }) => type === 'data-question') as {
    readonly data: { readonly id: string; readonly run: string; readonly schema: object };
  };
  expect(question.data.schema).toMatchObject({ required: ['street', 'number'] });
  const { id: asked, run } = question.data;
  expect(await refused(post({ id, answers: [{ id: asked, run, value: { street: '' } }] }))).toMatchObject({
    status: 422,
    error: 'InvalidAnswer',
    problems: expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]),
  });
  await page.sendMessage(undefined, { body: { answers: [{ id: asked, run, value: { street: 'Elm', number: 3 } }] } });
  expect(shown(page)).toEqual(['tool-ask_customer output-available', 'question Where do you live? closed', 'Noted.']);
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});

test('two tabs show the same; an answer in one closes the question in the other, which is told who answered (C2, C3)', async () => {
  await using _model = await speaking({ calls: [refund(80)] }, { content: 'Done.' });
  const id = newId();
  const ann = openPage(server.api, id, { name: 'ann' });
  const bob = openPage(server.api, id, { name: 'bob', messages: await loadMessages(server.api, id) });
  const waiting = fetch(`${server.api}/${id}/stream?wait=30`);
  await ann.sendMessage({ text: 'Refund 80' });
  expect((await waiting).status).toBe(200);
  bob.messages = await loadMessages(server.api, id);
  await bob.resumeStream();
  expect(shown(bob)).toEqual(shown(ann));
  const [approval, seen] = [approvalOn(bob), seenOn(bob)];
  const news = fetch(`${server.api}/${id}/stream?wait=30&after=${bob.messages.at(-1)?.id}&seen=${seen}`);
  await ann.addToolApprovalResponse({ id: approval, approved: true });
  await until(() => shown(ann).at(-1) === 'Done.');
  expect((await news).status).toBe(200);
  // Bob has not been told yet.
  const late = await refused(post({ id, messages: answeredBy(bob, approval) }, { headers: { 'x-name': 'bob' } }));
  expect(late).toMatchObject({ status: 409, error: 'AlreadyAnswered', by: 'ann', at: expect.any(String) });
  const streamed = await readAll((await news).body);
  // Also when the turn is over by then, and the tab does not wait.
  await ann.stop();
  await started.client.thread(id).result();
  const whole = await fetch(`${server.api}/${id}/stream?after=${bob.messages.at(-1)?.id}&seen=${seen}`);
  expect(shown({ messages: [await readAll(whole.body)] })).toEqual(['tool-refund output-available', 'Done.']);
  expect(shown({ messages: [streamed] })).toEqual(['tool-refund output-available', 'Done.']);
  // The same click of the same person counts once, and is not refused.
  const again = await post({ id, messages: answeredBy(bob, approval) }, { headers: { 'x-name': 'ann' } });
  expect(again.status).toBe(200);
  await again.body?.cancel();
});

test('after a reset, an old page cannot approve what is asked now; a page that is loaded again can (A1)', async () => {
  await using _model = await speaking({ calls: [refund(80)] }, { calls: [refund(9_000)] }, { content: 'Done.' });
  const id = newId();
  const old = openPage(server.api, id);
  await old.sendMessage({ text: 'Refund 80' });
  await resetBefore(started.client.thread(id), 'start');
  const asked = async () => (await started.client.thread(id).interrupts()).map(({ value }) => value);
  await until(async () => JSON.stringify(await asked()).includes('9000'));
  const answers = [{ id: approvalOn(old), value: { type: 'approve' } }];
  expect(await refused(post({ id, answers }))).toMatchObject({ status: 410, error: 'NotPending' });
  expect(await asked()).toHaveLength(1);
  const page = openPage(server.api, id, { messages: await loadMessages(server.api, id) });
  await page.resumeStream();
  await page.addToolApprovalResponse({ id: approvalOn(page), approved: true });
  await until(() => shown(page).at(-1) === 'Done.' && page.status === 'ready');
  expect(await loadMessages(server.api, id)).toEqual(plainly(page.messages));
});
