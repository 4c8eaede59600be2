/** The command `holdpoint`, as a process against a server of its own: what it prints, and how it ends. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import type { Interrupt } from 'holdpoint/client';
import { afterAll, expect, test } from 'vitest';
import { document, holdpoint, KEYS, masked, onTerminal } from './fixtures/command-line.ts';
import { dataConverter } from './fixtures/hidden.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { freePort } from './fixtures/processes.ts';
import { until, useScenario } from './fixtures/scenario.ts';

useOwnServer();
const scenario = useScenario();
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A thread that waits for an answer, by a name of its own. */
async function waiting(
  name: string,
  entrypoint: 'graph' | 'form' | 'asksThree' | 'asksAge' | 'told' | 'stuck' | 'grouped' | 'labelled',
  input?: unknown,
): Promise<string> {
  const id = `${name}-${randomUUID()}`;
  const thread = scenario.client.thread(id, entrypoint as 'graph');
  // Each entrypoint's own.
  await thread.invoke(input as never);
  return id;
}

async function listedIds(...filter: string[]): Promise<string[]> {
  const { questions } = await document('list', '--all', ...filter);
  return (questions as { thread: string; id: string }[]).map(({ thread, id }) => `${thread} ${id}`);
}

test('help: the command and each of its commands have one, with an example', async () => {
  const { code, out } = await holdpoint(['--help']);
  expect(code).toBe(0);
  const commands = [
    'list',
    'show',
    'audit',
    'follow',
    'start',
    'resume',
    'reassign',
    'forget',
    'cancel',
    'close',
    'dev',
    'bundle',
    'setup',
    'doctor',
    'completion',
  ];
  for (const command of commands) {
    expect(out).toContain(`\n  ${command} `);
    const help = await holdpoint([command, '--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain(`Usage: holdpoint ${command}`);
    expect(help.out).toMatch(/Example:\n {2}\$ /);
  }
});

test('a wrong call ends with 2, an unknown thread with 4, no server with 5', async () => {
  const wrong = [
    ['frob'],
    ['list', '--frob'],
    ['resume'],
    ['list', '--limit', '0'],
    ['list', '--older-than', 'soon'],
    ['list', '--status', 'idle'],
    ['resume', 'any', '{"a":'],
    ['resume', 'any', '@/no/such/file'],
    ['start', 'graph'],
    ['list', '--data-converter', './nothing.js'],
  ];
  for (const args of wrong) {
    const { code, out, err } = await holdpoint(args);
    expect({ args, code, out }).toEqual({ args, code: args[1] === 'any' && args[2] === '{"a":' ? 4 : 2, out: '' });
    expect(err).toMatch(/^holdpoint: .*\.\n/);
  }
  // A command that it names goes to the same place (O4).
  expect(await holdpoint(['show', 'nobody', '--namespace', 'default'])).toEqual({
    code: 4,
    out: '',
    err:
      'holdpoint: Thread `nobody` does not exist. Start it first, or check the id and the namespace.\n' +
      'To list all threads: `holdpoint list --threads --namespace default`.\n',
  });
  for (const more of [[], ['--sort', 'age']]) {
    // Nothing is read, so there is no note about reading.
    expect(await holdpoint(['list', '--namespace', 'nowhere', ...more])).toEqual({
      code: 4,
      out: '',
      err: expect.stringMatching(/^holdpoint: .*`--namespace` and `TEMPORAL_NAMESPACE`\.\n$/),
    });
  }
  const port = await freePort();
  const { code, err } = await holdpoint(['list', '--address', `localhost:${port}`, '--json']);
  expect(code).toBe(5);
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'NoServer' } });
});

test('start, list, show, resume: a thread from its start to its end', async () => {
  const id = `walk-${randomUUID()}`;
  const { taskQueue } = scenario.test;
  const started = await holdpoint([
    'start',
    'graph',
    '--thread',
    id,
    '--input',
    'foo',
    '--task-queue',
    taskQueue,
    '--follow',
  ]);
  expect(started.code).toBe(0);
  expect(masked(started.out).replaceAll('walk-<uuid>', 'walk')).toMatchInlineSnapshot(`
    "Started graph as thread walk, turn 1.
    step1: foo bar
    waits for an answer:
    humanFeedback:1
      asks  Please provide feedback: foo bar
      asked  <age> ago (<time>)
      answer  holdpoint resume walk --id humanFeedback:1"
  `);
  await until(async () => (await listedIds()).includes(`${id} humanFeedback:1`));
  const shown = await holdpoint(['show', id]);
  expect(
    masked(shown.out)
      .replaceAll('walk-<uuid>', 'walk')
      .replaceAll(taskQueue, 'queue')
      .replaceAll('test-<uuid>', 'queue'),
  ).toMatchInlineSnapshot(`
    "walk  graph  waiting
      started  <time> UTC (<age> ago)
      turn  1
      run  <uuid>
      queue  queue (1 worker, last poll <age> ago)
      input  foo

    QUESTIONS
    humanFeedback:1
      asks  Please provide feedback: foo bar
      asked  <age> ago (<time>)
      answer  holdpoint resume walk --id humanFeedback:1

    TASKS
    ID  STATUS  SCHEDULED (UTC)  TOOK  ATTEMPT
    step1:1  finished  <time>  <age>  1
    humanFeedback:1  asked  <time>  <age>  1"
  `);
  expect(await holdpoint(['resume', id, 'baz', '--actor', 'ann'])).toEqual({
    code: 0,
    out: 'Accepted: the answer to humanFeedback:1.\n',
    err: '',
  });
  await scenario.client.thread(id).result();
  const again = await holdpoint(['resume', id, 'late', '--id', 'humanFeedback:1']);
  expect(again).toMatchObject({ code: 3, out: '' });
  expect(await document('show', id)).toMatchObject({
    status: 'completed',
    value: 'foo bar baz qux',
    interrupts: [],
    answers: [{ id: 'humanFeedback:1', value: 'baz', actor: 'ann' }],
    tasks: [
      { id: 'step1:1', status: 'finished', attempt: 1 },
      { id: 'humanFeedback:1', status: 'finished' },
      { id: 'step3:1', status: 'finished' },
    ],
  });
  const followed = await holdpoint(['follow', id, '--from', 'start', '--json']);
  const lines = followed.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { cursor: string; update?: object; interrupts?: object[] });
  expect(lines.flatMap(({ update }) => (update ? Object.keys(update) : []))).toEqual([
    'step1',
    '__interrupt__',
    'humanFeedback',
    'step3',
    'graph',
  ]);
  const run = expect.any(String);
  expect(lines.flatMap(({ interrupts = [] }) => interrupts)).toMatchObject([
    { kind: 'opened', interrupt: { id: 'humanFeedback:1', run } },
    { kind: 'closed', id: 'humanFeedback:1', run, how: 'answered', actor: 'ann' },
  ]);
  const rest = await holdpoint(['follow', id, '--from', lines.at(-2)!.cursor]);
  expect(rest.out).toBe('graph: foo bar baz qux\n');
  // Nothing waits for an answer any more.
  expect((await holdpoint(['follow', id, '--from', 'start'])).out).toBe(
    [
      'step1: foo bar',
      'asked: humanFeedback:1  Please provide feedback: foo bar',
      'closed: humanFeedback:1  answered by ann',
      'humanFeedback: foo bar baz',
      'step3: foo bar baz qux',
      'graph: foo bar baz qux',
      '',
    ].join('\n'),
  );
});

test('follow: an open question waits, an answered one is past, and one that closes says how (A9)', async () => {
  const id = await waiting('followed', 'asksThree');
  const thread = scenario.client.thread(id);
  await thread.resume('first', { id: 'ask:1', actor: 'ann' });
  const terminal = onTerminal(['follow', id, '--from', 'start'], { columns: 200, env: { NO_COLOR: '1' } });
  // The last line of what has happened so far.
  await terminal.answer('closed: ask:1  answered by ann', '');
  expect(terminal.shown()).toContain('asked: ask:1  q1');
  expect(terminal.shown().match(/waits for an answer:\r\n(\S+)/g)).toEqual([
    'waits for an answer:\r\nask:2',
    'waits for an answer:\r\nask:3',
  ]);
  await thread.resume('second', { id: 'ask:2', actor: 'bob' });
  await terminal.answer('closed: ask:2  answered by bob', '');
  await thread.handle.terminate();
  await terminal.answer('closed: ask:3  withdrawn', '');
  expect(await terminal.exited).toBe(1);
});

test('show: the link leads to the page that says what a thread waits for, and to the history of one that has ended', async () => {
  const id = await waiting('link', 'graph', 'foo');
  const { runId, ui } = await document('show', id, '--ui', 'localhost:8233');
  const page = `http://localhost:8233/namespaces/default/workflows/${id}/${String(runId)}`;
  expect(ui).toBe(`${page}/user-metadata`);
  await scenario.client.thread(id).resume('baz');
  await scenario.client.thread(id).result();
  expect(await document('show', id, '--ui', 'localhost:8233')).toMatchObject({ ui: `${page}/history` });
});

test('a value: JSON, text where the schema takes it, a file, stdin', async () => {
  const number = await waiting('n', 'asksAge');
  expect(await holdpoint(['resume', number, 'many'])).toMatchObject({
    code: 2,
    err: expect.stringContaining("  bash, zsh, fish  '1'\n"),
  });
  const low = await holdpoint(['resume', number, '-1', '--json']);
  expect(low.code).toBe(3);
  expect(JSON.parse(low.err)).toMatchObject({
    error: { code: 'InvalidAnswer', problems: [{ message: expect.any(String) }] },
  });
  expect(await document('resume', number, '41')).toMatchObject({ outcome: 'accepted', id: 'ask:1' });

  const three = await waiting('v', 'asksThree');
  expect(await holdpoint(['resume', three, 'x'])).toMatchObject({ code: 3, err: expect.stringContaining('ask:1') });
  const file = join(folder, 'answer.json');
  writeFileSync(file, '{"large":true}\n');
  await document('resume', three, `@${file}`, '--id', 'ask:1');
  expect(await holdpoint(['resume', three, '-', '--id', 'ask:2'], { stdin: 'two\nlines\n' })).toMatchObject({
    code: 0,
  });
  await document('resume', three, '"@quoted"', '--id', 'ask:3');
  expect(await scenario.client.thread(three).result()).toEqual([{ large: true }, 'two\nlines', '@quoted']);
});

test('a probable mistake is refused, and nothing is sent (O1)', async () => {
  const id = await waiting('slip', 'graph', 'foo');
  const empty = join(folder, 'empty.json');
  writeFileSync(empty, ' \n');
  const refusals: [args: string[], stdin: string, why: RegExp][] = [
    [['-'], '', /^holdpoint: Stdin is empty.*To send the empty text, write it as JSON: '""'\.\n/],
    [['--text', '-'], ' \n', /^holdpoint: Stdin is empty/],
    [[`@${empty}`], '', /^holdpoint: File .*empty\.json is empty/],
    [[''], '', /^holdpoint: The value is empty/],
    [['12345678901234567890'], '', /would arrive as 12345678901234567000.*"12345678901234567890", in double quotes/],
    [['-'], '{"ids":[1e400]}', /would arrive as null/],
    [['{approved:false}'], '', /it begins like JSON[^]*cmd\.exe {10}"\{\\"approved\\":false\}"/],
    [
      ['- first point'],
      '',
      new RegExp(`write -- before it, after all options: \`holdpoint resume ${id} -- '- first point'\``),
    ],
    [['approved', 'false'], '', /Quote a value that contains spaces/],
  ];
  for (const [args, stdin, why] of refusals) {
    const { code, out, err } = await holdpoint(['resume', id, ...args], { stdin });
    expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
    expect(err).toMatch(why);
  }
  const start = ['start', 'graph', '--task-queue', scenario.test.taskQueue, '--input'];
  for (const input of ['12345678901234567890', '-'])
    expect(await holdpoint([...start, input])).toMatchObject({ code: 2, out: '' });
  expect((await document('show', id))['sent']).toEqual([]);
}, 180_000);

test('a text that looks like JSON or like an option can be sent, and so can the empty text', async () => {
  const texts = async (...args: string[]): Promise<unknown> => {
    const id = await waiting('text', 'graph', 'foo');
    expect(await holdpoint(['resume', ...args.map((arg) => (arg === 'ID' ? id : arg))])).toMatchObject({ code: 0 });
    return scenario.client.thread(id).result();
  };
  const file = join(folder, 'notes.md');
  writeFileSync(file, '\ufeff{approved:false}\r\n');
  expect(await texts('ID', '--text', '{approved:false}')).toBe('foo bar {approved:false} qux');
  expect(await texts('ID', '--text', `@${file}`)).toBe('foo bar {approved:false} qux');
  expect(await texts('--', 'ID', '- first point')).toBe('foo bar - first point qux');
  expect(await texts('ID', '""')).toBe('foo bar  qux');
});

test('a key makes an answer repeatable; --no-wait only sends it', async () => {
  const id = await waiting('key', 'graph', 'foo');
  const sent = await document('resume', id, 'baz', '--no-wait', '--key', 'k1');
  expect(sent).toMatchObject({ outcome: 'queued', key: 'k1' });
  await until(
    async () =>
      (await document('resume', id, 'other', '--id', 'humanFeedback:1', '--key', 'k1'))['outcome'] === 'accepted',
  );
});

test('O4: the command that asks later what became of a queued answer repeats it, with its actor, and answers nothing else (A1)', async () => {
  const id = await waiting('repeat', 'graph', 'foo');
  const thread = scenario.client.thread(id, 'graph');
  const [{ run } = { run: '' }] = await thread.interrupts();
  const { out } = await holdpoint(['resume', id, 'baz', '--no-wait', '--key', 'k1', '--actor', 'ann']);
  const again = `resume --id humanFeedback:1 --run ${run} --key k1 --actor ann -- ${id} baz`;
  expect(out).toContain(`holdpoint ${again}`);
  await thread.result();
  expect((await holdpoint(again.split(' '))).out).toContain('Accepted');
  // Another start of the thread asks under the same id.
  await thread.start('foo');
  await until(async () => (await thread.interrupts()).length === 1);
  expect((await holdpoint(again.split(' '))).code).not.toBe(0);
  expect(await thread.interrupts()).toMatchObject([{ id: 'humanFeedback:1' }]);
  await thread.handle.terminate();
});

test('list: filters, sorts, and says when it scans', async () => {
  const told = await waiting('told', 'told', 'answer');
  const form = await waiting('form', 'form', 'how much?');
  await until(async () => (await listedIds()).includes(`${form} form:1`));
  expect(await listedIds('--assignee', 'ann')).toEqual([`${told} told:1`]);
  expect(await listedIds('--entrypoint', 'form')).toEqual([`${form} form:1`]);
  expect(await listedIds('--older-than', '1h')).toEqual([]);
  expect(await listedIds('--due', '1h')).toEqual([]);
  const sorted = await listedIds('--sort', 'age');
  expect(sorted.indexOf(`${told} told:1`)).toBeLessThan(sorted.indexOf(`${form} form:1`));
  const one = await holdpoint(['list', '--limit', '1']);
  expect(one.out.trim().split('\n')).toHaveLength(2);
  expect(one.err).toContain('Reading all running threads');
  expect(one.err).toContain('For more, use `--limit` or `--all`.');
  const { threads } = await document('list', '--threads', '--status', 'waiting', '--query', `WorkflowId = '${form}'`);
  expect(threads).toMatchObject([{ thread: form, entrypoint: 'form', status: 'waiting', waitsFor: ['form:1'] }]);
});

test('list: tags, priorities and due times, and follow with the same filters', async () => {
  const id = await waiting('labels', 'labelled');
  const ofThread = async (...options: string[]): Promise<string[]> =>
    (await listedIds('--entrypoint', 'labelled', ...options)).filter((one) => one.startsWith(`${id} `));
  await until(async () => (await ofThread()).length === 4);
  expect(await ofThread('--tag', 'refund')).toEqual([`${id} labelled:1`]);
  expect(await ofThread('--priority', 'high')).toEqual([`${id} ask:1`]);
  expect(await ofThread('--due', '90m')).toHaveLength(2);
  expect(await ofThread('--sort', 'due')).toEqual(
    ['ask:1', 'labelled:1', 'labelled:2', 'labelled:3'].map((one) => `${id} ${one}`),
  );
  const { out } = await holdpoint(['list', '--query', `WorkflowId = '${id}'`]);
  const [titles = '', ...rows] = out.trim().split('\n');
  expect(titles).toMatch(/ DUE +LABELS$/);
  expect(rows.map((row) => row.split(/ {2,}/).at(-1) ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual([
    '-',
    '-',
    'high #eu',
    'urgent #eu #refund',
  ]);
  expect(await holdpoint(['list', '--threads', '--tag', 'eu'])).toMatchObject({ code: 2 });
  expect(await holdpoint(['list', '--priority', 'soon'])).toMatchObject({ code: 2 });
  expect((await holdpoint(['follow', id, '--tag', 'eu'])).err).toContain(
    '`--tag` filters the questions of all threads',
  );
  await scenario.client.thread(id).handle.terminate();
});

test('reassign: says who should answer now, and what is not open is refused (A12)', async () => {
  const id = await waiting('reassign', 'told', 'answer');
  const done = await holdpoint(['reassign', id, 'told:1', 'ben', 'group:finance', '--actor', 'eve']);
  expect(done).toEqual({ code: 0, out: 'Reassigned: told:1 is now for ben, group:finance.\n', err: '' });
  expect(await document('show', id)).toMatchObject({ interrupts: [{ assignees: ['ben', 'group:finance'] }] });
  expect(await document('reassign', id, 'told:1', 'cy')).toMatchObject({
    thread: id,
    outcome: 'reassigned',
    id: 'told:1',
    assignees: ['cy'],
    actor: userInfo().username,
  });
  const { out } = await holdpoint(['follow', id, '--from', 'start', '--until-waiting']);
  expect(out).toContain('changed: told:1  reassigned by eve: now for ben, group:finance\n');
  expect(await holdpoint(['reassign', id, 'told:9', 'ben'])).toMatchObject({ code: 3, out: '' });
  expect(await holdpoint(['reassign', id, 'told:1'])).toMatchObject({ code: 2, out: '' });
  expect(await holdpoint(['reassign', `${id}-x`, 'told:1', 'ben'])).toMatchObject({ code: 4, out: '' });
  await scenario.client.thread(id).handle.terminate();
  expect(await holdpoint(['reassign', id, 'told:1', 'ben'])).toMatchObject({ code: 3, out: '' });
});

test('text from a workflow does not control the terminal, printed as text or as JSON', async () => {
  const id = await waiting('evil', 'form', '\u001b[2J\u001b]0;title\u0007 \u009b31m red \u202e back');
  await until(async () => (await listedIds()).includes(`${id} form:1`));
  const { out } = await holdpoint(['show', id]);
  expect(out).toContain(String.raw`\x1b[2J\x1b]0;title\x07 \x9b31m red \u202e back`);
  const outputs = [out, (await holdpoint(['show', id, '--json'])).out, (await holdpoint(['list', '--all'])).out];
  // oxlint-disable-next-line no-control-regex -- None of them may be there.
  for (const output of outputs) expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect((await document('show', id))['interrupts']).toMatchObject([{ value: expect.stringContaining('\u001b[2J') }]);
});

test('a data converter makes hidden payloads readable', async () => {
  const id = `hidden-${randomUUID()}`;
  const { client } = scenario.client;
  const hidden = new Client({ connection: client.connection, dataConverter });
  const question = { value: 'a secret', run: id, askedAt: new Date().toISOString() };
  const taskQueue = `nobody-${id}`;
  await hidden.workflow.start('asksInBody', {
    workflowId: id,
    taskQueue,
    memo: { 'holdpoint/asksInBody:1': question },
  });
  const module = fileURLToPath(new URL('fixtures/hidden.ts', import.meta.url));
  const read = (...args: string[]): ReturnType<typeof holdpoint> => holdpoint(['show', id, ...args]);
  expect((await read('--data-converter', module)).out).toContain('asks     a secret');
  expect((await holdpoint(['show', id], { env: { HOLDPOINT_DATA_CONVERTER: module } })).out).toContain('a secret');
  expect((await read()).out).toContain('cannot be read: give `--data-converter` (encoding binary/hidden)');
  expect(await holdpoint(['resume', id, 'in clear'])).toMatchObject({ code: 2, out: '' });
  await hidden.workflow.getHandle(id).terminate();
});

test('follow without a thread: questions as they open and close', async () => {
  const before = await waiting('before', 'told', 'answer');
  await until(async () => (await listedIds()).includes(`${before} told:1`));
  const env = { NO_COLOR: '1' };
  const terminal = onTerminal(['follow', '--entrypoint', 'told', '--interval', '100ms'], { columns: 200, env });
  await terminal.answer(`open     ${before}  told:1  T  for ann`, '');
  const [{ askedAt }] = (await scenario.client.thread(before).interrupts()) as [Interrupt];
  expect(terminal.shown()).toContain(`${askedAt.slice(0, 19).replace('T', ' ')}  open     ${before}`);
  const id = await waiting('watched', 'told', 'answer');
  await terminal.answer(`opened   ${id}  told:1`, '');
  await document('resume', id, 'yes', '--actor', 'ann');
  await terminal.answer(`closed   ${id}  told:1  answered by ann`, '');
  await scenario.client.thread(before).handle.terminate();
  await terminal.answer(`closed   ${before}  told:1  withdrawn`, KEYS.ctrlC);
  expect(await terminal.exited).toBe(130);
});

test('follow without a thread, as JSON: how, by whom, and the question', async () => {
  const three = await waiting('three', 'asksThree');
  await until(async () => (await listedIds()).filter((line) => line.startsWith(three)).length === 3);
  const terminal = onTerminal(['follow', '--entrypoint', 'asksThree', '--interval', '100ms', '--json'], {
    columns: 5000,
  });
  await terminal.answer('"id":"ask:1"', '');
  // Several between two looks: the memo has the last one only.
  const thread = scenario.client.thread(three);
  for (const n of [1, 2]) await thread.resume(n, { id: `ask:${n}`, actor: `a${n}`, key: `k${n}` });
  await thread.handle.terminate();
  await terminal.answer('"how":"withdrawn"', KEYS.ctrlC);
  await terminal.exited;
  const lines = terminal
    .shown()
    .split('\r\n')
    .filter((line) => line.startsWith('{') && line.includes(three))
    .map((line) => JSON.parse(line) as { event: string; question: { id: string; askedAt: string }; at: string });
  const told = lines.map(({ event, question, ...more }) => ({ event, id: question.id, ...more }));
  expect(told).toMatchObject([
    ...['ask:3', 'ask:2', 'ask:1'].map((ask) => ({ event: 'open', id: ask })),
    { event: 'closed', id: 'ask:1', how: 'answered', actor: 'a1', key: 'k1' },
    { event: 'closed', id: 'ask:2', how: 'answered', actor: 'a2', key: 'k2' },
    { event: 'closed', id: 'ask:3', how: 'withdrawn' },
  ]);
  for (const { event, at, question } of lines) if (event === 'open') expect(at).toBe(question.askedAt);
});

test('a thread with memory: a turn, idle, another turn, closed (R2 R4)', async () => {
  const id = `chat-${randomUUID()}`;
  const { taskQueue } = scenario.test;
  await document('start', 'returnsPrevious', '--thread', id, '--input', '1', '--task-queue', taskQueue);
  await until(async () => (await document('show', id))['status'] === 'idle');
  // The thread knows its task queue.
  expect(await document('start', 'returnsPrevious', '--thread', id, '--input', '2', '--key', 'k2')).toMatchObject({
    thread: id,
    key: 'k2',
  });
  await until(async () => (await document('show', id))['turn'] === 2);
  expect(await document('close', id, '--reason', 'done')).toEqual({ thread: id, outcome: 'requested' });
  await until(async () => (await document('show', id))['status'] === 'completed');
  expect((await holdpoint(['close', id])).code).toBe(3);
});

test('cancel: the thread ends, with the reason in its history', async () => {
  const id = await waiting('cancel', 'graph', 'foo');
  expect((await holdpoint(['cancel', id, '--reason', 'duplicate'])).code).toBe(0);
  await until(async () => (await document('show', id))['status'] === 'canceled');
});

test('a thread whose workflow task fails: show says why, doctor finds it', async () => {
  const id = await waiting('stuck', 'stuck');
  await document('resume', id, 'yes', '--no-wait');
  await until(async () => (await document('show', id))['stuck'] !== undefined);
  const { out } = await holdpoint(['show', id]);
  expect(out).toContain('STUCK: the workflow task fails and is retried');
  expect(out).toContain('a mistake in the code');
  await until(async () =>
    (await holdpoint(['doctor'])).out.includes(`${id} is stuck: its workflow task fails (attempt`),
  );
  const doctor = await holdpoint(['doctor', '--json']);
  expect(doctor.code).toBe(1);
  expect(JSON.parse(doctor.out)).toMatchObject({ ok: false });
  // The server accepts the request and nothing happens. The command says so.
  const cancelled = await holdpoint(['cancel', id]);
  expect(cancelled).toMatchObject({ code: 0 });
  expect(cancelled.out).toContain(`Thread ${id} is stuck: its workflow task fails and is retried (attempt `);
  expect(cancelled.out).toContain(`without a worker: temporal workflow terminate -w ${id}\n`);
  expect(await document('cancel', id)).toMatchObject({ outcome: 'requested', obstacle: { kind: 'stuck' } });
  const answered = await document('resume', id, 'again', '--id', 'stuck:2', '--wait', '100ms');
  expect(answered).toMatchObject({ outcome: 'queued', obstacle: { kind: 'stuck' } });
  await scenario.client.thread(id).handle.terminate();
});

test('show lists what a thread remembers, and forget takes it back (R12)', async () => {
  const id = `guarded-${randomUUID()}`;
  const thread = scenario.client.thread(id, 'guarded');
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await thread.invoke({ tool: 'refund', args: { order: 'A' } });
  await thread.resume({ type: 'approve', remember: 'these arguments', until }, { actor: 'ann' });
  await thread.result();
  await thread.invoke({ tool: 'refund', args: {} });
  await thread.resume({ type: 'reject', remember: 'the tool' }, { actor: 'bob' });
  await thread.result();
  const { out } = await holdpoint(['show', id]);
  expect(masked(out.slice(out.indexOf('REMEMBERED'))).replaceAll(/guarded-<uuid>/g, 'guarded')).toMatchInlineSnapshot(`
    "REMEMBERED
    <time>  guarded:1  approve refund by ann, until <time>: {"order":"A"}
    <time>  guarded:2  reject refund by bob: all calls
      forget  holdpoint forget guarded guarded:1"
  `);
  expect(await document('show', id)).toMatchObject({ remembered: [{ id: 'guarded:1', until }, { id: 'guarded:2' }] });
  expect(await document('forget', id, 'guarded:2')).toEqual({ thread: id, outcome: 'requested' });
  expect(await document('show', id)).toMatchObject({ remembered: [{ id: 'guarded:1' }] });
  expect(await holdpoint(['forget', id, 'guarded:1', '--actor', 'eve'])).toMatchObject({
    code: 0,
    out: `Decision guarded:1 of thread ${id} is taken back. It lets no further call through.\n`,
  });
  const again = await holdpoint(['forget', id, 'guarded:1']);
  expect(again).toMatchObject({ code: 3, out: '' });
  expect(again.err).toContain(`remembers no decision \`guarded:1\``);
  expect(again.err).toContain(`To see what is remembered: \`holdpoint show ${id}\``);
  expect(await document('show', id)).not.toHaveProperty('remembered');
});

test('resume --group: one value for all questions of a group, and a line for each (A1 A4)', async () => {
  const [id, other] = [await waiting('g', 'grouped'), await waiting('g', 'grouped')];
  await until(async () => (await listedIds('--group', 'm1')).filter((one) => one.startsWith(id)).length === 2);
  const listed = await holdpoint(['list', '--entrypoint', 'grouped', '--all']);
  expect(listed.out.split('\n')[0]).toMatch(/ GROUP$/);
  expect(await holdpoint(['resume', id, '{"type":"approve"}', '--group', 'm1', '--wait', '30s'])).toEqual({
    code: 0,
    out: 'Accepted: the answer to grouped:1.\nAccepted: the answer to grouped:2.\n',
    err: '',
  });
  // Only one of the tools takes these arguments.
  const edit = '{"type":"edit","args":{"amount":1}}';
  const half = await holdpoint(['resume', other, edit, '--group', 'm1', '--wait', '30s', '--json', '--actor', 'ann']);
  expect(half.code).toBe(3);
  expect(JSON.parse(half.out)).toMatchObject({
    thread: other,
    group: 'm1',
    actor: 'ann',
    answers: [
      { outcome: 'accepted', id: 'grouped:1', key: expect.any(String) },
      { outcome: 'failed', id: 'grouped:2', error: { code: 'InvalidAnswer', problems: [{ path: '/args/amount' }] } },
    ],
  });
  const rest = await holdpoint(['resume', other, edit, '--group', 'm1', '--wait', '30s']);
  expect(rest.out).toMatch(/^Failed: the answer to grouped:2: .* does not fit its schema/);
  const none = await holdpoint(['resume', id, edit, '--group', 'm1']);
  expect(none).toMatchObject({ code: 3, err: expect.stringContaining('has no open question of group `m1`') });
  for (const option of ['--id', '--key'])
    expect(await holdpoint(['resume', id, edit, '--group', 'm1', option, 'x'])).toMatchObject({ code: 2 });
  for (const thread of [id, other]) await scenario.client.thread(thread).handle.terminate();
});

test('without a worker: show prints what the server knows, resume queues, doctor says what to do', async () => {
  const id = `alone-${randomUUID()}`;
  await document('start', 'graph', '--thread', id, '--input', 'foo', '--task-queue', `nobody-${id}`);
  const { out } = await holdpoint(['show', id]);
  expect(out).toContain('NO WORKER polls task queue');
  expect(out).toContain(
    'Not shown without a worker: which answers were accepted, refused answers, remembered decisions, value.',
  );
  const queued = await holdpoint(['resume', id, 'x', '--id', 'humanFeedback:1', '--wait', '100ms']);
  expect(queued).toMatchObject({ code: 0, out: expect.stringContaining('no worker has handled it yet') });
  expect(queued.out).toContain(`No worker polls task queue nobody-${id} of thread ${id}.`);
  expect(queued.out).toMatch(
    new RegExp(
      `later whether it counts: holdpoint resume --id humanFeedback:1 --run [\\w-]+ --key [\\w-]+ -- ${id} x\n`,
    ),
  );
  expect(await document('show', id)).toMatchObject({ workers: { alive: 0 }, sent: [{ id: 'humanFeedback:1' }] });
  const doctor = await holdpoint(['doctor', '--task-queue', `nobody-${id}`]);
  expect(doctor.code).toBe(1);
  expect(doctor.out).toContain('Start a worker on this task queue');
  await scenario.client.thread(id).handle.terminate();
});

test('setup registers the search attributes, reports what it did, and can be repeated', async () => {
  const added = {
    attributes: [
      { name: 'HoldpointStatus', outcome: 'added' },
      { name: 'HoldpointWaitingFor', outcome: 'added' },
    ],
  };
  expect(await document('setup')).toMatchObject(added);
  expect((await holdpoint(['setup'])).out).toContain('HoldpointWaitingFor (KeywordList): already registered');
  expect((await holdpoint(['list'])).err).not.toContain('Reading all');
  const { checks } = JSON.parse((await holdpoint(['doctor', '--json'])).out) as { checks: { name: string }[] };
  expect(checks).toContainEqual({ name: 'search attributes', outcome: 'ok', detail: 'registered' });
});

test('on a terminal, resume shows the question and asks for it field by field', async () => {
  const id = await waiting('form', 'form', 'how much?');
  const terminal = onTerminal(['resume', id]);
  await terminal.answer('approved', 'y');
  await terminal.answer('level', `${KEYS.down}${KEYS.enter}`);
  await terminal.answer('amount', `0${KEYS.enter}`);
  await terminal.answer('0 is less than 1', `5${KEYS.enter}`);
  await terminal.answer('note', KEYS.enter);
  await terminal.answer('Send {"approved":true,"level":"high","amount":5}?', KEYS.enter);
  expect(await terminal.exited).toBe(0);
  expect(terminal.shown()).toContain('how much?');
  expect(await scenario.client.thread(id).result()).toEqual({ approved: true, level: 'high', amount: 5 });
});

test('on a terminal, Ctrl-C sends nothing, and of several questions one is chosen', async () => {
  const id = await waiting('choose', 'asksThree');
  const left = onTerminal(['resume', id]);
  await left.answer('Which question?', KEYS.ctrlC);
  expect(await left.exited).toBe(1);
  const chosen = onTerminal(['resume', id]);
  await chosen.answer('Which question?', `${KEYS.down}${KEYS.enter}`);
  await chosen.answer('Your answer', `two${KEYS.enter}`);
  expect(await chosen.exited).toBe(0);
  expect((await document('show', id))['answers']).toMatchObject([{ id: 'ask:2', value: 'two' }]);
});

test('on a terminal, resume asks nothing if the thread has no open question', async () => {
  const id = await waiting('done', 'form', 'how much?');
  const wrong = onTerminal(['resume', id, '--id', 'form:7']);
  expect(await wrong.exited).toBe(3);
  expect(wrong.shown()).toContain('has no open question `form:7`');
  await scenario.client.thread(id).handle.terminate();
  const ended = onTerminal(['resume', id]);
  expect(await ended.exited).toBe(3);
});

test('on a terminal there are colours, and tables fit; with NO_COLOR there are none', async () => {
  const id = await waiting('narrow', 'form', 'a rather long question '.repeat(10));
  await until(async () => (await listedIds()).includes(`${id} form:1`));
  const narrow = onTerminal(['list', '--query', `WorkflowId = '${id}'`], { columns: 70 });
  expect(await narrow.exited).toBe(0);
  for (const line of narrow.shown().split('\r\n')) expect(line.length).toBeLessThanOrEqual(70);
  const coloured = onTerminal(['show', id]);
  await coloured.exited;
  expect(coloured.shown()).toContain('\u001b[33mwaiting');
  const plain = onTerminal(['show', id], { env: { NO_COLOR: '1' } });
  await plain.exited;
  expect(plain.shown()).not.toContain('\u001b[');
});

test('completion: commands, options, choices and threads that run', async () => {
  const id = await waiting('complete', 'graph', 'foo');
  const complete = async (...words: string[]): Promise<string[]> =>
    (await holdpoint(['complete', '--', ...words])).out.split('\n').filter(Boolean);
  expect(await complete('s')).toEqual(['show', 'start', 'setup']);
  expect(await complete('list', '--so')).toEqual(['--sort']);
  expect(await complete('list', '--sort', '')).toEqual(['age', 'due']);
  await until(async () => (await complete('show', 'complete-')).includes(id));
  // Behind options, with and without values.
  expect(await complete('--namespace', 'default', 's')).toEqual(['show', 'start', 'setup']);
  expect(await complete('--namespace', 'default', 'list', '--sort', '')).toEqual(['age', 'due']);
  expect(await complete('--namespace', 'default', 'show', '--json', 'complete-')).toContain(id);
  expect(await complete('show', id, 'complete-')).toEqual([]);
  for (const shell of ['bash', 'zsh', 'fish'])
    expect((await holdpoint(['completion', shell])).out).toContain('holdpoint complete --');
  expect((await holdpoint(['completion', 'cmd'])).code).toBe(2);
  // A thread id is no code.
  const { out: script } = await holdpoint(['completion', 'bash']);
  const lines = [
    `holdpoint() { echo '$(echo ran)'; }`,
    script,
    'COMP_WORDS=(holdpoint show "")',
    'COMP_CWORD=2',
    '_holdpoint',
  ];
  const shell = spawnSync('bash', ['-c', `${lines.join('\n')}\necho "\${COMPREPLY[0]}"`], { encoding: 'utf8' });
  expect(shell.error ?? shell.stdout).toEqual(shell.error ? expect.anything() : '\\$\\(echo\\ ran\\)\n');
});
