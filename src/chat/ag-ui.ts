/**
 * The handler of AG-UI 1.0, which `HttpAgent` and CopilotKit speak: a request is a run, and its response the events of it
 * (C1).
 *
 * What can be refused is refused with a status, before the first event. A run ends where the thread's turn ends, or where
 * only answers are left to wait for; the request with the answers is the next run.
 */
import { defined } from '../protocol/defined.ts';
import type { UserMessage } from '../protocol/messages.ts';
import { answerResumed, type Refused } from './ag-ui-answers.ts';
import { contentOf, lastUserMessage, readInput, type AgUiInput } from './ag-ui-input.ts';
import { agUiRun, type TurnReading } from './ag-ui-run.ts';
import { readBody } from '../web/body.ts';
import { eventStream } from '../web/event-stream.ts';
import { describeOwn, resolveChatOptions, type ChatOptions, type ChatSettings, type Visitor } from './options.ts';
import { noticeOf, refusing, wrongMethod, type Notice } from '../web/problem.ts';

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
  const notice = noticeOf('A request of an AG-UI page', settings.notify);
  return refusing((request) => respond({ ...settings, notice }, request), notice);
}

interface AgUiSettings extends ChatSettings {
  readonly notice: Notice;
}

/** A request whose sender may use the thread. */
interface Admitted {
  readonly input: AgUiInput;
  readonly visitor: Visitor;
  readonly request: Request;
}

/** What has been sent to the thread, and what there is to read. */
interface Begun {
  /** The run whose conversation the page gets first. */
  readonly loads: string | false;
  readonly readings: readonly TurnReading[];
  readonly refused: readonly Refused[];
}

async function respond(settings: AgUiSettings, request: Request): Promise<Response> {
  if (request.method !== 'POST') throw wrongMethod(request.method, 'POST');
  const input = readInput(await readBody(request, settings.maxBytes));
  const visitor = await settings.admit(request, input.threadId);
  const begun = await begin(settings, { input, visitor, request });
  const { tools, notice, keepAliveMs } = settings;
  const events = (signal: AbortSignal): AsyncGenerator<string> => agUiRun({ ...begun, tools, notice, input, signal });
  return eventStream({ events, request, keepAliveMs });
}

/** Sends what the request has. Whatever is refused, is refused here. */
async function begin(settings: AgUiSettings, { input, visitor, request }: Admitted): Promise<Begun> {
  const { tools, entrypoint, notice } = settings;
  const { threadId, resume } = input;
  const message = lastUserMessage(input);
  const said: UserMessage | undefined = message && {
    role: 'user',
    content: contentOf(message),
    ...defined({ actor: visitor.actor }),
  };
  const sent = said && message && { value: await settings.input(said, request), key: message.id };
  if (resume.length === 0 && sent) {
    await describeOwn(settings, threadId);
    const { run, turn, talk } = await tools.start(threadId, entrypoint, sent.value, { key: sent.key });
    const own: TurnReading = async (signal) => ({ run, events: talk(signal) });
    const before: TurnReading = async (signal) => ({ run, events: tools.talk(threadId, { signal }) });
    // A turn that waits behind another one has no number.
    return { readings: turn === undefined ? [before, own] : [own], loads: false, refused: [] };
  }
  const description = await tools.describe(threadId, entrypoint);
  const { run, key } = description;
  const current: TurnReading = async (signal) => ({ run, events: tools.talk(threadId, { description, signal }) });
  const refused = await answerResumed(tools, { input, description, visitor, notice });
  if (sent && sent.key !== key) {
    // The thread may take one input at a time, so the message is sent when the turn has ended.
    const own: TurnReading = async (signal) => {
      const started = await tools.start(threadId, entrypoint, sent.value, { key: sent.key });
      return { run: started.run, events: started.talk(signal) };
    };
    return { readings: [current, own], loads: false, refused };
  }
  // A page that comes back may have missed turns.
  const loads = resume.length === 0 || input.messages.length === 0;
  return { readings: [current], loads: loads ? run : false, refused };
}
