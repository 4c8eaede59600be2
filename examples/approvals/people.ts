/** Who is who. The table stands for a directory that a real program would ask. */

export interface Person {
  readonly mail: string;
  /** The id of the person in Slack. A name there is no proof: people can change theirs. */
  readonly slack: string;
}

const PEOPLE: Readonly<Record<string, Person>> = {
  ann: { mail: 'ann@example.com', slack: 'U012ANN' },
  bob: { mail: 'bob@example.com', slack: 'U012BOB' },
  cleo: { mail: 'cleo@example.com', slack: 'U012CLEO' },
};
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  finance: ['ann', 'bob', 'cleo'],
  release: ['ann', 'bob'],
};

export function membersOf(group: string): readonly string[] {
  return GROUPS[group] ?? [];
}

/** The people whom a question is for: each one once. */
export function peopleOf(assignees: readonly string[] = []): readonly string[] {
  const names = assignees.flatMap((one) => (one.startsWith('group:') ? membersOf(one.slice('group:'.length)) : [one]));
  return [...new Set(names)];
}

export function groupsOf(name: string): readonly string[] {
  return Object.keys(GROUPS).filter((group) => membersOf(group).includes(name));
}

export function find(name: string): Person | undefined {
  return Object.hasOwn(PEOPLE, name) ? PEOPLE[name] : undefined;
}

export function nameOfSlackUser(id: string): string | undefined {
  return Object.keys(PEOPLE).find((name) => PEOPLE[name]?.slack === id);
}
