/**
 * The tasks of both sides: they do next to nothing, so that what is measured is the way there and back.
 */
import { interrupt } from 'holdpoint/activity';

export async function echo(value: string): Promise<string> {
  return value;
}

/** Ours: one task that asks and goes on. */
export async function approve(draft: string): Promise<string> {
  return `${draft} ${await interrupt<string>(draft)}`;
}

/** By hand: the same as two activities, with the wait between them in the workflow. */
export async function prepare(draft: string): Promise<string> {
  return draft;
}

export async function publish(draft: string, answer: string): Promise<string> {
  return `${draft} ${answer}`;
}
