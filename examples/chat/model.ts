/**
 * A scripted model for a run without an API key. It understands a few sentences, and answers them as a model would: word by
 * word.
 */
import type { ModelRequest, ScriptedTurn, SentMessage } from 'holdpoint/testing';

/** The pause before each word, so that one sees it being written. */
const WORD_MS = Number(process.env['WORD_MS'] ?? 60);

const STORY = [
  'A parcel once left Rotterdam on a Monday. It was small and brown, and nobody took much notice of it.',
  'In Leipzig it lay on a shelf for a night, next to a clock that was on its way to a lighthouse. In Lyon it rained, and the parcel was carried under a coat.',
  'On Friday it reached a door on the third floor. A person opened it, laughed, and called into the hall: "It is here, and it is dry!"',
].join('\n\n');

const HELP = [
  'I can help with an order. You could ask me:',
  '- where order R-17 is,\n- to refund 80 for R-17,\n- to collect R-17,\n- for the weather in Boston, or for a story.',
].join('\n\n');

export function pretend({ messages }: ModelRequest): ScriptedTurn {
  const last = messages.at(-1);
  if (last?.role === 'tool') return spoken(results(messages).map(retold).join('\n\n'));
  const said = textOf(last);
  const calls = callsFor(said);
  if (calls.length > 0) return called(calls);
  if (/fail/i.test(said)) return { status: 400, message: 'This model fails when it is asked to.' };
  if (/story/i.test(said)) return spoken(STORY);
  if (/first/i.test(said)) return spoken(`First you said: “${textOf(messages.find(({ role }) => role === 'user'))}”`);
  return spoken(HELP);
}

function spoken(content: string): ScriptedTurn {
  return { content, stream: { pieces: content.match(/\S+\s*/g) ?? [], delay: WORD_MS } };
}

function called(wanted: readonly Wanted[]): ScriptedTurn {
  const calls = wanted.map(({ name, args }) => ({ name, arguments: args }));
  return { reasoning_content: wanted.map(({ thought }) => thought).join(' '), calls, stream: { delay: 20 } };
}

interface Wanted {
  readonly name: string;
  readonly args: object;
  readonly thought: string;
}

/** The calls that a sentence asks for. Several run beside each other. */
function callsFor(said: string): readonly Wanted[] {
  const order = /[A-Z]-\d+/.exec(said)?.[0] ?? 'R-17';
  const amount = /refund (\d+)/i.exec(said)?.[1];
  const location = /weather in ([\p{L} ]+)/iu.exec(said)?.[1];
  const calls: Wanted[] = [];
  if (/where/i.test(said))
    calls.push({ name: 'find_order', args: { order }, thought: `I do not know where ${order} is, so I look it up.` });
  if (amount !== undefined) {
    const thought = `The customer wants ${amount} € back for ${order}. Above 50 € a person has to approve.`;
    calls.push({ name: 'refund', args: { order, amount: Number(amount) }, thought });
  }
  if (/collect/i.test(said))
    calls.push({ name: 'arrange_pickup', args: { order }, thought: 'I need a day and a floor for the courier.' });
  if (location !== undefined)
    calls.push({ name: 'get_weather', args: { location }, thought: `A tool knows the weather in ${location}.` });
  return calls;
}

/** The results of the tools since the model's last message. */
function results(messages: readonly SentMessage[]): string[] {
  const spoke = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.slice(spoke + 1).map(textOf);
}

function retold(result: string): string {
  const reason = /rejected and did not run(?:: (.*))?/s.exec(result);
  if (!reason) return `Done. ${result}`;
  return `I have not done it.${reason[1] ? ` I was told: “${reason[1]}”.` : ''} Is there anything else that I can do?`;
}

function textOf(message?: SentMessage): string {
  return typeof message?.content === 'string' ? message.content : '';
}
