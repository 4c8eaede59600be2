/** Three tasks. The middle one asks a person. */
import { interrupt } from 'holdpoint/activity';

export async function step1(input: string): Promise<string> {
  return `${input} bar`;
}

export async function humanFeedback(input: string): Promise<string> {
  const feedback = await interrupt<string>(`Please provide feedback: ${input}`);
  return `${input} ${feedback}`;
}

export async function step3(input: string): Promise<string> {
  return `${input} qux`;
}
