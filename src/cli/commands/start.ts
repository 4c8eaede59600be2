/**
 * `holdpoint start`: starts a thread, or sends the next input to a thread with memory. `--follow` prints what happens.
 */
import { randomBytes } from 'node:crypto';
import { hasCode } from '../../protocol/errors.ts';
import type { Context } from '../context.ts';
import { holdpointCommand } from '../command-line.ts';
import { UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import { parseValue, readValue } from '../value.ts';
import { printLines } from '../updates.ts';

interface StartOptions {
  readonly thread?: string;
  readonly input?: string;
  readonly text?: boolean;
  readonly key?: string;
  readonly follow?: boolean;
  readonly tokens?: boolean;
}

export async function run(context: Context<StartOptions>): Promise<void> {
  const { args, options, out } = context;
  const [entrypoint = ''] = args;
  const id = options.thread ?? `${entrypoint}-${randomBytes(4).toString('hex')}`;
  if (options.tokens && !options.follow) throw new UsageError('`--tokens` works only with `--follow`.');
  if (options.text && options.input === undefined) throw new UsageError('`--text` works only with `--input`.');
  const input =
    options.input === undefined ? undefined : parseValue(await readValue(options.input), { isText: options.text });
  const taskQueue = await resolveTaskQueue(context, options.thread);
  const tools = await context.tools();
  const { watch, ...started } = await tools.start(id, entrypoint, input, { key: options.key, taskQueue });
  const document = { thread: id, ...started };
  const lines = (): string[] => [
    `Started ${inertLine(entrypoint)} as thread ${inertLine(id)}${started.turn === undefined ? '' : `, turn ${started.turn}`}.`,
    ...(options.follow ? [] : [`Watch it: ${holdpointCommand('follow', id)}`]),
  ];
  if (!options.follow) {
    out.document(document, lines);
    return;
  }
  out.event({ started: document }, lines);
  await printLines(context, id, watch({ previews: options.tokens }));
}

/** The task queue that is given, or the task queue of the existing thread. */
async function resolveTaskQueue(context: Context, thread: string | undefined): Promise<string> {
  if (context.taskQueue !== undefined) return context.taskQueue;
  const tools = await context.tools();
  const described = await (thread === undefined ? undefined : tools.describe(thread))?.catch((error: unknown) => {
    if (hasCode(error, 'ThreadNotFound')) return undefined;
    throw error;
  });
  if (described) return described.taskQueue;
  throw new UsageError(
    'Expected `--task-queue` to name the task queue that the worker polls. `TEMPORAL_TASK_QUEUE` sets it too.',
  );
}
