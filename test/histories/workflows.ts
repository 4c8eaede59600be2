/**
 * The entrypoints whose histories are recorded beside this file. Today's library must replay all of them.
 *
 * An entrypoint here is never changed, as its histories are not: add a new one, and record it with `npm run histories`.
 */
import { sleep } from '@temporalio/workflow';
import { reactAgent, type Message } from 'holdpoint/agent';
import { entrypoint, interrupt, tasks } from 'holdpoint/workflow';
import { z } from 'zod';
import type * as activities from './activities.ts';

const { step1, humanFeedback, step3, ask, both, draft, fail, hold, refined, expiring } = tasks<typeof activities>({
  each: { fail: { retry: { maximumAttempts: 1 } } },
});
const { callModel, callTool, keep, askTwo, refinedByAnn } = tasks<typeof activities>();
const local = tasks<typeof activities>({ local: true });

export const graph = entrypoint('graph', async (input: string) => step3(await humanFeedback(await step1(input))));

export const turns = entrypoint('turns', async () => [
  await ask('t1'),
  await interrupt('e1'),
  await ask('t2'),
  await interrupt('e2'),
]);

export const parallel = entrypoint('parallel', async () =>
  Promise.all([ask('q1'), ask('q2'), both(), interrupt('q3')]),
);

export const locals = entrypoint('locals', async (input: string) => {
  const first = await Promise.all([local.step1(input), local.step3(input), step1('queued')]);
  const answer = await interrupt<string>({ first }, { title: 'Locals', assignees: ['ann'] });
  return local.step3(answer);
});

const inner = entrypoint('inner', async (x: string) => `${x}:${await interrupt('in?')}`);
export const nested = entrypoint('nested', async () => [await inner('i'), await interrupt('out?')]);

export const changes = entrypoint('changes', async () => draft());

export const failures = entrypoint('failures', async () => {
  try {
    await fail();
  } catch (error) {
    await interrupt((error as Error).message);
  }
  void hold();
  throw new RangeError('the end');
});

export const leftBehind = entrypoint('leftBehind', async () => {
  void ask('nobody waits');
  void step1('late');
  await step3('early');
  return 'done';
});

export const checked = entrypoint('checked', async () => [
  await interrupt('text?', { schema: { type: 'string', minLength: 3 } }),
  await interrupt('parsed?', { schema: z.string().transform((text) => text.length) }),
  await refined(),
]);

export const timed = entrypoint({ name: 'timed', notify: 'tell' }, async () => {
  const none = await interrupt('default', { timeout: '300 ms', default: 'none', remind: '100 ms' });
  const inTime = await interrupt.record('in time', { timeout: '1 hour' });
  const task = await expiring();
  return [none, inTime.actor, task];
});

export const remembered = entrypoint(
  { name: 'remembered', memory: { onBusy: 'enqueue', idleTimeout: '1 hour' } },
  async (input: string, previous?: string[]) => {
    void sleep('1 hour').then(() => step1('never'));
    void interrupt('left behind?');
    const answer = await ask(`${input}?`);
    if (input === 'turn 2') throw new RangeError('no');
    return entrypoint.final({ value: answer, save: [...(previous ?? []), await step3(input)] });
  },
);

export const agent = entrypoint(
  { name: 'agent', memory: {} },
  async (content: string, previous: readonly Message[] = []) => {
    let all: readonly Message[] = [...previous, { role: 'user', content }];
    let reply = await callModel(all);
    while (reply.tool_calls) {
      all = [...all, reply, ...(await Promise.all(reply.tool_calls.map((call) => callTool(call))))];
      reply = await callModel(all);
    }
    return entrypoint.final({ value: reply, save: [...all, reply] });
  },
);

const supportAgent = reactAgent({
  tools: {
    ask: { description: 'Asks.', parameters: z.object({}) },
    refund: {
      description: 'Pays back.',
      parameters: z.object({ amount: z.number() }),
      approval: ({ amount }: { amount: number }) => amount > 50,
    },
  },
  callModel,
  callTool,
  approval: { timeout: '300 ms', default: { type: 'approve' } },
});
export const support = entrypoint(
  { name: 'support', memory: {} },
  async (content: string, previous?: readonly Message[]) => supportAgent([{ role: 'user', content }], previous),
);

const refundAgent = reactAgent({
  tools: {
    ask: { description: 'Asks.', parameters: z.object({}) },
    refund: { description: 'Pays back.', parameters: z.object({ amount: z.number() }), approval: 'always' },
  },
  callModel,
  callTool,
});
/** Recorded when arguments that an approver had written were asked about once more (R8). */
export const editedTwice = entrypoint({ name: 'editedTwice', memory: {} }, async (content: string) =>
  refundAgent([{ role: 'user', content }]),
);
export const edited = entrypoint({ name: 'edited', memory: {} }, async (content: string) =>
  refundAgent([{ role: 'user', content }]),
);

/** The same server as for `continued`, when how questions ended was carried too. */
export const carriesClosed = entrypoint({ name: 'carriesClosed', memory: {} }, async (input: string) => {
  void interrupt(`${input} left?`);
  return ask(`${input}?`);
});

/** Recorded when options with unknown names were ignored. */
export const misspelt = entrypoint('misspelt', async () => [
  await interrupt('body?', { titel: 'Misspelt' } as object),
  await interrupt('text?', 'no options' as unknown as object),
]);

/** Recorded on a server with the search attributes: each change of what is open is a command of its own. */
export const indexed = entrypoint({ name: 'indexed', memory: {} }, async (input: string) => {
  const open = [ask(`${input} left?`), ask(`${input} right?`), interrupt('for whom?', { assignees: ['ann'] })];
  await Promise.all([local.step1(input), local.step3(input)]);
  return Promise.all(open);
});

/** Recorded on a server that suggests to continue as new after 30 events: the histories are those of a continued run. */
export const continued = entrypoint({ name: 'continued', memory: {} }, async (input: string, previous?: string[]) => {
  const answer = await ask(`${input}?`);
  return entrypoint.final({ value: answer, save: [...(previous ?? []), input] });
});

/** Recorded when a run went on until Temporal suggested a new one: here with more than a thousand events (R5). */
export const wentOn = entrypoint({ name: 'wentOn', memory: {} }, async (input: string, previous?: string[]) => {
  if (!previous) await Promise.all(Array.from({ length: 500 }, async () => sleep(1)));
  return [...(previous ?? []), await step1(input)];
});

/** Four questions that close in four ways: the change of the memo says which. */
export const closed = entrypoint('closed', async () => {
  const late = interrupt('late', { timeout: '300 ms' }).catch(() => 'too late');
  const fallback = interrupt('fallback', { timeout: '600 ms', default: 'by default' });
  // So soon that its answer is not recorded; the end of the body withdraws it.
  void interrupt('left', { timeout: '9 seconds' });
  return [await late, await fallback, await interrupt('answer')];
});
class Money {
  readonly amount: number;

  constructor(amount: number) {
    this.amount = amount;
  }
}

/** Recorded before class instances were refused (T7): a run that has passed one must replay as it was. */
export const flattened = entrypoint(
  { name: 'flattened', memory: {} },
  async (input: string, previous: readonly unknown[] = []) => {
    const money = new Money(input.length);
    await Promise.all([keep(money), keep(Number.NaN), local.keep(new Map())]);
    await interrupt(money, { timeout: '1 hour', default: money });
    return entrypoint.final({ value: { money }, save: [...previous, money, new Set()] });
  },
);

/** What is refused leaves a mark, and the run goes on (T7). */
export const refused = entrypoint({ name: 'refused', memory: {} }, async (input: string, previous?: unknown) => {
  const money = new Money(input.length);
  const refusals = await Promise.all([
    refusal(keep(money)),
    refusal(local.keep(new Map())),
    refusal(interrupt({ money })),
    keep(input),
  ]);
  const answer = await interrupt(input);
  if (input === 'turn 2') return entrypoint.final({ value: answer, save: money });
  return entrypoint.final({ value: refusals, save: [previous] });
});

async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Recorded on a worker that lacked the task twice, and then on one that had it (T8). */
const { added } = tasks<{ added(input: string): Promise<string> }>();
export const unregistered = entrypoint('unregistered', async (input: string) => {
  const call = added(input);
  return [await interrupt('go on?'), await call];
});

/** Arguments over 2 MB that are in the history already. */
export const oversized = entrypoint('oversized', async (input: string) => {
  const text = await step1(input.padEnd(2500, '.'));
  const sizes: (number | string)[] = [];
  for (let turn = 0; turn < 2; turn++) {
    sizes.push(await keep(Array.from({ length: 1000 }, () => text)).then(String, (error: Error) => error.name));
    await interrupt(`go on after ${turn}?`);
  }
  return sizes;
});

/** Its first call is cut off by the end of an invocation, and goes on in the next one (T9). */
const { cutOffOnce } = tasks<typeof activities>();
export const cutOff = entrypoint('cutOff', async (input: string) => {
  const call = cutOffOnce(input);
  return [await interrupt('go on?'), await call];
});

/** Its calls are decided by the task that runs them, with the messages, and one decision is remembered (R8). */
const { callDecidingModel, callDecidedTool } = tasks<typeof activities>();
const decidedAgent = reactAgent({ callModel: callDecidingModel, callTool: callDecidedTool });
export const decided = entrypoint(
  { name: 'decided', memory: {} },
  async (content: string, previous?: readonly Message[]) => decidedAgent([{ role: 'user', content }], previous),
);

/** Its questions are reassigned before they are answered, and its `notify` task is reminded twice (A12 R9). */
export const handedOver = entrypoint({ name: 'handedOver', notify: 'keep' }, async () => [
  await interrupt('first?', { assignees: ['ann'], tags: ['reassign'], priority: 'high', due: '1 hour' }),
  await interrupt('second?', { assignees: ['ann'], tags: ['reassign'], remind: [1, 2] }),
  await interrupt('third?', { assignees: ['ann'], tags: ['reassign'] }),
]);

/** Recorded on a worker that did not know the signal `reassign`, and got it (A12). */
export const notReassigned = entrypoint('notReassigned', async () => interrupt('q?', { tags: ['reassign'] }));

/** Its task refuses the first answer, after the question was reassigned, and asks again (A12). */
export const staysReassigned = entrypoint('staysReassigned', async () => refinedByAnn());
/** The same, recorded on a worker that asked again those whom the code names. */
export const wentBack = entrypoint('wentBack', async () => refinedByAnn());

const asksOfAnn = async (): Promise<unknown> =>
  Promise.all([
    interrupt('first?', { assignees: ['ann'] }),
    interrupt('second?', { assignees: ['ann'], tags: ['eu'], priority: 'high' }),
  ]);
/** Recorded on a server with the search attributes: the questions differ in their tags and priorities alone. */
export const labelled = entrypoint('labelled', asksOfAnn);
/** The same, recorded on a worker whose search attributes had neither tags nor priorities. */
export const notLabelled = entrypoint('notLabelled', asksOfAnn);

const two = { assignees: ['group:finance'], by: { only: 'assignees', not: 'eve', quorum: 2 } } as const;

/** Two people answer its questions, one of which a task asks, and one answer comes by the signal `answer` (A11). */
export const voted = entrypoint({ name: 'voted', notify: 'keep' }, async () => [
  await interrupt.record('first?', two),
  await askTwo('second?'),
  await interrupt.record('third?', { ...two, tags: ['answer'] }),
]);

/** Recorded on a worker that took everybody's answer, and did not know the signal `answer`, which it got (A11). */
export const notVoted = entrypoint('notVoted', async () => interrupt('q?', { ...two, tags: ['answer'] }));
