/** Tells the questions of all threads apart: the address of one as a text. */
export function questionKey({
  thread,
  run,
  id,
}: {
  readonly thread: string;
  readonly run: string;
  readonly id: string;
}): string {
  return JSON.stringify([thread, run, id]);
}
