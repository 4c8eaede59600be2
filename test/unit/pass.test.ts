/** A pass of a task: which answer belongs to which question (I2, I5, I7). */
import { hasCode } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { interrupt } from '../../src/activities/interrupt.ts';
import { Pass } from '../../src/activities/pass.ts';
import { decodeQuestions, type PassAnswer, type PassQuestion } from '../../src/protocol/envelopes.ts';

/** Runs a task to its end as an entrypoint does; `answer` is asked for each question that opens. */
async function drive(task: () => Promise<unknown>, answer: (question: PassQuestion) => unknown): Promise<unknown> {
  const answers: PassAnswer[] = [];
  for (let passes = 0; passes < 20; passes++) {
    const result = await new Pass('task', answers).run(task);
    const questions = decodeQuestions(result);
    if (!questions) return result;
    const dropped = new Set(questions.flatMap(({ replaces = [], rejects }) => [...replaces, rejects]));
    answers.splice(0, answers.length, ...answers.filter(({ id }) => !dropped.has(id)));
    for (const question of questions) {
      const replacement = question.replaces ? { replacement: true as const } : {};
      answers.push({
        id: `task:1#${answers.length + 1}`,
        hash: question.hash,
        answer: { value: answer(question), at: 'now', how: 'answered' },
        ...replacement,
      });
    }
  }
  throw new Error('Expected the task to come to an end');
}

const echo = ({ value }: PassQuestion): unknown => `answer to ${JSON.stringify(value)}`;

test('equal questions get their answers in order', async () => {
  let n = 0;
  const task = async (): Promise<unknown> => [
    await interrupt('more?'),
    await interrupt('more?'),
    await interrupt('more?'),
  ];
  expect(await drive(task, () => ++n)).toEqual([1, 2, 3]);
});

test('questions that open in another order still get their own answers', async () => {
  let pass = 0;
  const task = async (): Promise<unknown> => {
    const names = pass++ % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
    const answers = await Promise.all(names.map((name) => interrupt(name)));
    return Object.fromEntries(names.map((name, i) => [name, answers[i]]));
  };
  expect(await drive(task, echo)).toEqual({ a: 'answer to "a"', b: 'answer to "b"' });
});

test('another order of an object’s keys does not change the question', async () => {
  let pass = 0;
  const task = async (): Promise<unknown> =>
    interrupt(pass++ === 0 ? { a: 1, b: { c: 2, d: 3 } } : { b: { d: 3, c: 2 }, a: 1 });
  expect(await drive(task, () => 'yes')).toBe('yes');
});

test('a question that comes late in one pass and early in the next loses no answer', async () => {
  let pass = 0;
  const task = async (): Promise<unknown> => {
    pass++;
    const slow = async (): Promise<unknown> => {
      if (pass % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return interrupt('slow');
    };
    return Promise.all([slow(), interrupt('fast')]);
  };
  expect(await drive(task, echo)).toEqual(['answer to "slow"', 'answer to "fast"']);
});

test('a question that changed once opens again and says so; after its answer the task goes on and may ask more', async () => {
  let pass = 0;
  const seen: PassQuestion[] = [];
  const task = async (): Promise<unknown> => [
    await interrupt(pass++ === 0 ? 'draft 1' : 'draft 2'),
    await interrupt('and now?'),
  ];
  const result = await drive(task, (question) => {
    seen.push(question);
    return `answer ${seen.length}`;
  });
  expect(seen.map(({ value, replaces }) => [value, replaces])).toEqual([
    ['draft 1', undefined],
    ['draft 2', ['task:1#1']],
    ['and now?', undefined],
  ]);
  expect(result).toEqual(['answer 2', 'answer 3']);
});

test('a question that changes each time fails the task (I7)', async () => {
  let pass = 0;
  const error: unknown = await drive(async () => interrupt(`draft ${++pass}`), echo).catch((thrown: unknown) => thrown);
  expect(hasCode(error, 'InterruptChanged')).toBe(true);
  expect(pass).toBe(3);
});

test('a task that no longer asks what was answered returns what it returns', async () => {
  let pass = 0;
  expect(await drive(async () => (pass++ === 0 ? interrupt('once') : 'no more'), echo)).toBe('no more');
});

test('a task that asked has ended: a later question is refused', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let late: Promise<unknown> | undefined;
  await new Pass('task', []).run(async () => {
    late = promise.then(() => interrupt('late')).catch((error: unknown) => error);
    return 1;
  });
  resolve();
  expect(hasCode(await late, 'OutsideRun')).toBe(true);
});

test('branches that ask after other work, in any order, keep their answers and are not taken for changed', async () => {
  let pass = 0;
  const orders = [
    [0, 20, 40],
    [40, 0, 20],
    [20, 40, 0],
    [0, 0, 0],
  ];
  const problems: unknown[] = [];
  const task = async (): Promise<unknown> => {
    const mine = orders[pass++ % orders.length]!;
    const branch = async (i: number): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, mine[i]));
      return interrupt(`branch ${i}`);
    };
    return Promise.all([0, 1, 2].map(branch));
  };
  const result = await drive(task, (question) => {
    if (question.replaces) problems.push(question);
    return echo(question);
  });
  expect(result).toEqual(['answer to "branch 0"', 'answer to "branch 1"', 'answer to "branch 2"']);
  expect(problems).toEqual([]);
});

test('an answer that was not used is never handed out later, when the question changes back', async () => {
  const drafts = ['A', 'B', 'A'];
  let pass = 0;
  const error: unknown = await drive(async () => interrupt(drafts[pass++]), echo).catch((thrown: unknown) => thrown);
  expect(hasCode(error, 'InterruptChanged')).toBe(true);
});
