/** The tasks of the recorded histories. They run when a history is recorded, never when it is replayed. */
import { cancelled } from '@temporalio/activity';
import { interrupt } from 'holdpoint/activity';

export async function step1(input: string): Promise<string> {
  return `${input} bar`;
}

export async function humanFeedback(input: string): Promise<string> {
  return `${input} ${await interrupt<string>(`Please provide feedback: ${input}`)}`;
}

export async function step3(input: string): Promise<string> {
  return `${input} qux`;
}

export async function ask(question: string): Promise<unknown> {
  return interrupt(question);
}

export async function both(): Promise<unknown> {
  return Promise.all([interrupt('l'), interrupt('r')]);
}

let drafts = 0;
export async function draft(): Promise<unknown> {
  drafts = Math.min(drafts + 1, 2);
  return interrupt(`draft ${drafts}`);
}

export async function fail(): Promise<never> {
  throw new TypeError('failed');
}

export async function hold(): Promise<void> {
  await cancelled();
}
