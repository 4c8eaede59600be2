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
  const order = /[A-Z]-\d+/.exec(said)?.[0] ?? 'R-17';
  const refund = /refund (\d+)/i.exec(said);
  if (refund) {
    const thought = `The customer wants ${refund[1]} € back for ${order}. Above 50 € a person has to approve.`;
    return called('refund', { order, amount: Number(refund[1]) }, thought);
  }
  if (/collect|pick/i.test(said))
    return called('arrange_pickup', { order }, 'I need a day and a floor for the courier.');
  if (/where|order/i.test(said))
    return called('find_order', { order }, `I do not know where ${order} is, so I look it up.`);
  const place = /weather in ([\p{L} ]+)/iu.exec(said)?.[1];
  if (place) return called('get_weather', { location: place }, `A tool knows the weather in ${place}.`);
  if (/fail/i.test(said)) return { status: 400, message: 'This model fails when it is asked to.' };
  if (/story/i.test(said)) return spoken(STORY);
  if (/first/i.test(said)) return spoken(`First you said: “${textOf(messages.find(({ role }) => role === 'user'))}”`);
  return spoken(HELP);
}

function spoken(content: string): ScriptedTurn {
  return { content, stream: { pieces: content.match(/\S+\s*/g) ?? [], delay: WORD_MS } };
}

function called(name: string, args: object, reasoning_content: string): ScriptedTurn {
  return { reasoning_content, calls: [{ name, arguments: args }], stream: { delay: 20 } };
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
