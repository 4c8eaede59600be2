/** The command `holdpoint`, with questions that take answers of some people only, or of several (A11). */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { document, holdpoint } from './fixtures/command-line.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { until, useScenario } from './fixtures/scenario.ts';

useOwnServer();
const scenario = useScenario();

test('A11: list and show say whose answers count and who has voted; resume says who answers, and what a vote has come to', async () => {
  const id = `paid-${randomUUID()}`;
  const thread = scenario.client.thread(id, 'asksBy');
  await thread.invoke({ assignees: ['group:finance'], by: { only: 'assignees', not: 'eve', quorum: 2 } });
  const resume = (actor: string, ...more: string[]) =>
    holdpoint(['resume', id, 'true', '--actor', actor, '--wait', '30s', ...more]);

  const refused = await resume('ann');
  expect(refused).toMatchObject({ code: 3, out: '' });
  expect(refused.err).toContain('Only a member of `finance` may answer `asksBy:1`, and not `ann`.');
  expect(refused.err).toContain('Say who you are with `--actor` and `--member-of`.');
  const voted = await resume('ann', '--member-of', 'sales', '--member-of', 'finance', '--key', 'k');
  expect(voted).toEqual({
    code: 0,
    out: 'Voted: 1 of 2 people have given this answer to asksBy:1.\n',
    err: '',
  });
  const again = JSON.parse((await resume('ann', '--member-of', 'finance', '--key', 'k', '--json')).out) as unknown;
  expect(again).toEqual({ thread: id, outcome: 'voted', id: 'asksBy:1', key: 'k', actor: 'ann', count: 1, quorum: 2 });

  const shown = (await holdpoint(['show', id])).out;
  expect(shown).toContain('counts   only assignees may answer; not eve; 2 people must give the same answer');
  expect(shown).toContain('votes    ann: true');
  await until(async () => (await holdpoint(['list', '--entrypoint', 'asksBy'])).out.includes('group:finance (1 of 2)'));
  const { questions } = await document('list', '--entrypoint', 'asksBy');
  expect(questions).toContainEqual(
    expect.objectContaining({ thread: id, votes: [{ actor: 'ann', at: expect.any(String), value: true }] }),
  );

  expect((await resume('bob', '--member-of', 'finance')).out).toBe('Accepted: the answer to asksBy:1.\n');
  await thread.result();
  const followed = await holdpoint(['follow', id, '--from', 'start']);
  expect(followed.out).toContain('changed: asksBy:1  voted by ann: 1 of 2 people have given this answer to asksBy:1');
  expect((await holdpoint(['show', id])).out).toMatch(/asksBy:1 {2}by bob \(votes: ann\): true/);
});
