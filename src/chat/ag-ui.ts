/**
 * The handler of AG-UI 1.0, which `HttpAgent` and CopilotKit speak: a request is a run, and its response the events of it.
 *
 * What can be refused is refused with a status, before the first event. A run ends where the thread's turn ends, or where
 * only answers are left to wait for; the request with the answers is the next run.
 */
import type { ThreadDescription } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { UserMessage } from '../protocol/messages.ts';
import { sendAnswers, type Refused } from './ag-ui-answers.ts';
import { contentOf, lastUserMessage, readInput, type AgUiInput } from './ag-ui-input.ts';
import { agUiRun, type TurnReading } from './ag-ui-run.ts';
import { TURN_MODES } from './ag-ui-turn.ts';
import { readBody } from './body.ts';
import { eventStream } from './event-stream.ts';
import { resolveChatOptions, type ChatOptions, type ChatSettings, type Visitor } from './options.ts';
import { ChatProblem, problemOf, refusal, wrongMethod } from './problem.ts';

/**
 * Makes the handler of AG-UI: `POST` of a `RunAgentInput`, at any address.
 *
 * `threadId` is the thread. A last message of role `user` starts it, or is its next turn; the id of the message makes that
 * repeatable. `resume` answers questions. A request with neither goes on with the turn at work.
 *
 * @throws `TypeError` if an option is wrong.
 */
export function agUiHandler(options: ChatOptions): (request: Request) => Promise<Response> {
  const settings = resolveChatOptions(options, '`agUiHandler`');
  return async (request) => {
    try {
      return await respond(settings, request);
    } catch (error) {
      return refusal(problemOf(error));
    }
  };
}

/** A request whose sender may use the thread. */
interface Admitted {
  readonly input: AgUiInput;
  readonly visitor: Visitor;
  readonly request: Request;
}

/** What has been sent to the thread, and what there is to read. */
interface Begun {
  readonly run: string;
  readonly readings: readonly TurnReading[];
  readonly refused: readonly Refused[];
}

async function respond(settings: ChatSettings, request: Request): Promise<Response> {
  if (request.method !== 'POST') throw wrongMethod(request.method, 'POST');
  const input = readInput(await readBody(request, settings.maxBytes));
  const visitor = await settings.admit(request, input.threadId);
  const begun = await begin(settings, { input, visitor, request });
  const events = (signal: AbortSignal): AsyncGenerator<string> =>
    agUiRun({ ...begun, tools: settings.tools, entrypoint: settings.entrypoint, input, signal });
  return eventStream({ events, request, keepAliveMs: settings.keepAliveMs });
}

/** Sends what the request has. Whatever is refused, is refused here. */
async function begin(settings: ChatSettings, { input, visitor, request }: Admitted): Promise<Begun> {
  const { tools, entrypoint } = settings;
  const { threadId, resume } = input;
  const message = lastUserMessage(input);
  const said: UserMessage | undefined = message && {
    role: 'user',
    content: contentOf(message),
    ...defined({ actor: visitor.actor }),
  };
  const isAsked = resume.length > 0 || !said;
  const description = isAsked ? await describe(settings, threadId) : undefined;
  const refused = description ? await sendAnswers(tools, { input, description, actor: visitor.actor }) : [];
  const thread = tools.thread(threadId, entrypoint);
  const current: TurnReading = (signal) => thread.follow({ mode: TURN_MODES, signal });
  if (!said || !message)
    return { run: description?.run ?? '', readings: isOver(description) ? [] : [current], refused };
  // The workflow does not know its entrypoint's type here.
  const value = settings.input(said, request) as never;
  const key = message.id;
  const { run, turn } = await thread.start(value, { key });
  const own: TurnReading = (signal) => thread.stream(value, { key, mode: TURN_MODES, signal });
  // A turn that waits behind another one has no number.
  const follows = turn === undefined || (description !== undefined && description.key !== key);
  return { run, readings: follows ? [current, own] : [own], refused };
}

async function describe({ tools, entrypoint }: ChatSettings, threadId: string): Promise<ThreadDescription> {
  const description = await tools.describe(threadId);
  if (description.entrypoint === entrypoint) return description;
  const message = `Thread \`${threadId}\` runs entrypoint \`${description.entrypoint}\`, not \`${entrypoint}\`. Check the thread id.`;
  throw new ChatProblem(409, { error: 'WrongEntrypoint', message });
}

/** Whether the last turn of a thread with memory is done, so that its memory says all. */
function isOver(description: ThreadDescription | undefined): boolean {
  return description?.turn?.status === 'completed';
}
