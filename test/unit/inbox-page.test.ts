/** What the inbox's page says and keeps: the parts of it that need no browser. */
import type { Decision } from '../../src/protocol/approval.ts';
import { describe, expect, test } from 'vitest';
import type { Item, ListedItem } from '../../src/inbox/api.ts';
import { outlineOf } from '../../src/inbox/kind.ts';
import { bulkAnswers } from '../../src/inbox-page/list/bulk-answers.ts';
import type { JsonSchema } from '../../src/protocol/shapes.ts';
import { DraftStore, type Shelf } from '../../src/inbox-page/state/draft-store.ts';
import { EventReader } from '../../src/inbox-page/state/event-reader.ts';
import { grouped } from '../../src/inbox-page/state/groups.ts';
import { belongs, compareItems, readView, viewQuery, withPart } from '../../src/inbox-page/state/view.ts';
import { briefly, endingText, initialOf, nextSteps, whoText } from '../../src/inbox-page/words/phrases.ts';
import { ago, dayStart, dueText, fineSpan, shortSpan, span } from '../../src/inbox-page/words/times.ts';

/** Noon, where the tests run. */
const NOON = new Date(2026, 10, 26, 12).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function at(ms: number): string {
  return new Date(ms).toISOString();
}

function item(fields: Partial<ListedItem> = {}): ListedItem {
  return {
    thread: 't',
    run: 'r',
    id: 'ask:1',
    entrypoint: 'ask',
    title: 'Ship it?',
    kind: 'any',
    askedAt: at(NOON),
    mayAnswer: true,
    ...fields,
  };
}

function full(fields: Partial<Item>): Item {
  const { id, run, askedAt } = item();
  const question = { id, run, askedAt, value: 'Ship it?' };
  return { ...item(), question, digest: '', mayReassign: false, command: '', ...fields };
}

function approvalOf(...allows: Decision['type'][]): Item {
  return full({ kind: 'approval', approval: { adapter: 'holdpoint', actions: [{ name: 'refund', allows }] } });
}

function choiceOf(schema: JsonSchema): Item {
  const { question } = full({});
  return full({ kind: 'choice', question: { ...question, schema } });
}

describe('times', () => {
  test('a span is said in its largest unit, rounded down', () => {
    expect([30_000, MINUTE, 119_000, HOUR, 3 * DAY, 15 * DAY, 400 * DAY].map(span)).toEqual([
      'less than a minute',
      '1 minute',
      '1 minute',
      '1 hour',
      '3 days',
      '2 weeks',
      '1 year',
    ]);
    expect([0, 90 * MINUTE, 8 * DAY].map(shortSpan)).toEqual(['now', '1 h', '1 w']);
    expect([420, 2_449, 45_000, 2 * HOUR].map(fineSpan)).toEqual(['0.4 s', '2.4 s', '45 s', '2 h']);
  });

  test('a clock that is ahead does not speak of the future', () => {
    expect(ago(at(NOON + HOUR), NOON)).toBe('just now');
    expect(ago(at(NOON - 2 * HOUR), NOON)).toBe('2 hours ago');
  });

  test('an item that is late says for how long', () => {
    expect(dueText(at(NOON - 10_000), NOON)).toBe('Due now');
    expect(dueText(at(NOON - 2 * HOUR), NOON)).toBe('Overdue 2 h');
    expect(dueText(at(NOON + DAY), NOON)).toMatch(/^Due tomorrow at \d/);
    expect(dueText(at(NOON + 3 * DAY), NOON)).not.toContain(' at ');
  });

  test('a day begins at midnight where one is', () => {
    expect(new Date(dayStart(NOON)).getHours()).toBe(0);
    expect(new Date(dayStart(NOON, 1)).getDate()).toBe(27);
  });
});

describe('groups and views', () => {
  test('what is due at midnight is not due today, and what has no time comes later', () => {
    const items = [at(NOON - 1), at(NOON), at(dayStart(NOON, 1) - 1), at(dayStart(NOON, 1)), undefined].map(
      (dueAt, id) => ({
        item: item({ id: String(id), ...(dueAt !== undefined && { dueAt }) }),
      }),
    );
    expect(grouped(items, NOON).map(({ name, lines }) => [name, lines.map((line) => line.item.id)])).toEqual([
      ['Overdue', ['0', '1']],
      ['Today', ['2']],
      ['Later', ['3', '4']],
    ]);
  });

  test('a view survives its address, and what is no filter is left out', () => {
    const view = readView({ q: 'a&b', kind: 'approval', priority: 'soon', sort: 'age', thread: 't', tag: '' });
    expect(view).toEqual({ q: 'a&b', kind: 'approval', sort: 'age' });
    expect(readView(Object.fromEntries(new URLSearchParams(viewQuery(view))))).toEqual(view);
    expect(withPart(view, 'q', '')).toEqual({ kind: 'approval', sort: 'age' });
  });

  test('an item that comes is of the view, or not, or only the server knows', () => {
    const me = { actor: 'ann', groups: ['finance'] };
    const one = item({ assignees: ['group:finance'], tags: ['x'] });
    expect(belongs(one, {}, me)).toBe(true);
    expect(belongs(one, { assignee: 'me' }, me)).toBe(true);
    expect(belongs(item(), { assignee: 'me' }, me)).toBe(false);
    expect(belongs(one, { tag: 'y' }, me)).toBe(false);
    expect(belongs(one, { priority: 'normal' }, me)).toBe(true);
    expect(belongs(one, { q: 'ship' }, me)).toBe('unknown');
    expect(belongs(one, { q: 'ship', tag: 'y' }, me)).toBe(false);
  });

  test('the one that is due first comes first, then the oldest', () => {
    const items = [
      item({ id: 'old', askedAt: at(NOON - DAY) }),
      item({ id: 'due', askedAt: at(NOON - 2 * DAY), dueAt: at(NOON + HOUR) }),
      item({ id: 'new' }),
      item({ id: 'soon', askedAt: at(NOON - HOUR), dueAt: at(NOON + MINUTE) }),
    ];
    expect(items.toSorted(compareItems('due')).map(({ id }) => id)).toEqual(['soon', 'due', 'old', 'new']);
    expect(items.toSorted(compareItems('age')).map(({ id }) => id)).toEqual(['due', 'old', 'soon', 'new']);
  });
});

describe('sentences', () => {
  test('an answer in a few words', () => {
    expect(
      [true, 'Friday', null, { type: 'reject', reason: 'too late' }, { decisions: [{ type: 'approve' }] }].map(briefly),
    ).toEqual(['yes', '“Friday”', 'nothing', 'rejected', 'approved']);
  });

  test('a question that ended says how, and who you are', () => {
    const ending = { how: 'answered', actor: 'bob', at: at(NOON - 2 * MINUTE), answer: true } as const;
    expect(endingText(ending, NOON)).toBe('bob answered this 2 minutes ago: yes.');
    expect(endingText(ending, NOON, 'bob')).toBe('You answered this 2 minutes ago: yes.');
    expect(endingText({ how: 'expired', at: at(NOON) }, NOON)).toContain('went on without an answer');
  });

  test('what happens next is said, with the default and the votes', () => {
    const question = {
      id: 'a:1',
      run: 'r',
      value: 1,
      askedAt: at(NOON),
      dueAt: at(NOON - 1),
      expiresAt: at(NOON + HOUR),
      default: { value: 'no' },
      by: { quorum: 2, not: ['eve'] },
      votes: [{ actor: 'bob', at: at(NOON), value: true }],
    };
    const steps = nextSteps(question, NOON).join(' ');
    expect(steps).toContain('It closes when 2 people give the same answer: one person has answered.');
    expect(steps).toMatch(/If it is still open at [^.]+, it counts as “no”\./);
    expect(steps).toContain('It was due');
    expect(steps).toContain('The answer cannot come from eve.');
    const { id, run, value, askedAt } = question;
    expect(nextSteps({ id, run, value, askedAt, dueAt: at(NOON - 1) }, NOON)).toEqual([
      expect.stringContaining('It was due'),
      'The program waits until somebody answers.',
    ]);
  });

  test('a name begins with a whole character', () => {
    expect(['ann', '👩‍🔧 eve', ''].map(initialOf)).toEqual(['A', '👩', '']);
  });

  test('who is asked fits a line', () => {
    expect(whoText({})).toBe('Anybody');
    expect(whoText({ assignees: ['group:finance', 'ann', 'bob'] })).toBe('finance +2');
  });
});

describe('several at once', () => {
  const approve = { name: 'Approve', answer: { decisions: [{ type: 'approve' }] } };
  const reject = { name: 'Reject', answer: { decisions: [{ type: 'reject' }] } };

  test('only what each of the items takes is offered', () => {
    const [all, some] = [approvalOf('approve', 'edit', 'reject'), approvalOf('approve', 'edit')];
    expect(bulkAnswers([all, all])).toEqual([approve, reject]);
    expect(bulkAnswers([all, some])).toEqual([approve]);
    expect(bulkAnswers([])).toEqual([]);
  });

  test('choices have their titles, also where there is only one', () => {
    const oneOf = [{ const: 'S', title: 'Small' }, { const: 'L' }];
    expect(bulkAnswers([choiceOf({ oneOf })])).toEqual([
      { name: 'Small', answer: { value: 'S' } },
      { name: 'L', answer: { value: 'L' } },
    ]);
    expect(bulkAnswers([choiceOf({ const: 'read' })])).toEqual([{ name: 'read', answer: { value: 'read' } }]);
    expect(bulkAnswers([choiceOf({ enum: [1, null] })]).map(({ name }) => name)).toEqual(['1', 'Nothing']);
  });
});

test('choices with the same values go together only under the same names', () => {
  const questionKey = (schema: JsonSchema): string | undefined =>
    outlineOf({ ...choiceOf(schema).question, thread: 't', entrypoint: 'ask' }, []).bulk;
  const named = (a: string, b: string): JsonSchema => ({
    oneOf: [
      { const: 'a', title: a },
      { const: 'b', title: b },
    ],
  });
  expect(questionKey(named('Refund', 'Deny'))).toBe(questionKey(named('Refund', 'Deny')));
  expect(questionKey(named('Refund', 'Deny'))).not.toBe(questionKey(named('Deny', 'Refund')));
  expect(questionKey({ const: 1, title: 'Pay' })).not.toBe(questionKey({ const: 1, title: 'Do not pay' }));
  expect(questionKey({ oneOf: [{ title: 'Any' }] })).toBeUndefined();
});

describe('the stream of events', () => {
  test('events come whole, however the stream is cut', () => {
    const text = ': hello\n\nid: 1\ndata: {"a":\ndata: 1}\n\nid: 2\r\ndata: b\r\n\r\n';
    for (const size of [1, 3, 7, 100]) {
      const reader = new EventReader();
      const events = [];
      for (let from = 0; from < text.length; from += size) events.push(...reader.read(text.slice(from, from + size)));
      expect(events).toEqual([
        { id: '1', data: '{"a":\n1}' },
        { id: '2', data: 'b' },
      ]);
    }
  });
});

describe('drafts', () => {
  const entry = { address: { thread: 't', run: 'r', id: 'a:1' }, title: 'Ship it?' };

  test('W6: a tab does not write over what another tab wrote and it has not seen', () => {
    const shelf = shelfOf();
    const [one, two] = ['1', '2'].map((tab) => new DraftStore(shelf, { prefix: 'p:', tab }));
    one!.write(entry, { form: { a: 1 } });
    const seen = two!.read(entry.address)!.revision;
    one!.write(entry, { form: { a: 2 } });
    expect(two!.write(entry, { form: { a: 3 } }, seen)).toBe('changed elsewhere');
    expect(two!.read(entry.address)?.form).toEqual({ a: 2 });
    expect(two!.write(entry, { form: { a: 3 } }, two!.read(entry.address)!.revision)).toBe('kept');
  });

  test('W6: an answer on its way keeps its key when the form changes, and an empty entry goes', () => {
    const store = new DraftStore(shelfOf(), { prefix: 'p:', tab: '1' });
    const sent = { key: 'k', answer: { value: 1 }, summary: 'Send', stage: 'sending' } as const;
    store.write(entry, { sent });
    store.write(entry, { form: { a: 1 } });
    expect(store.read(entry.address)).toMatchObject({ sent, form: { a: 1 } });
    store.write(entry, { sent: undefined, form: undefined });
    expect(store.all()).toEqual([]);
  });

  test('W6: where there is no room, the oldest draft goes, and none that is on its way', () => {
    const store = new DraftStore(shelfOf(3), { prefix: 'p:', tab: '1' });
    const of = (id: string) => ({ address: { ...entry.address, id }, title: id });
    store.write(of('sent'), { sent: { key: 'k', answer: {}, summary: '', stage: 'sending' } });
    store.write(of('old'), { form: { a: 1 } });
    store.write(of('mid'), { form: { a: 1 } });
    expect(store.write(of('new'), { form: { a: 1 } })).toBe('kept');
    expect(
      store
        .all()
        .map(({ title }) => title)
        .toSorted(),
    ).toHaveLength(3);
    expect(store.read({ ...entry.address, id: 'sent' })).toBeDefined();
    expect(store.read({ ...entry.address, id: 'new' })).toBeDefined();
  });

  test('people and inboxes that share a browser have drafts of their own', () => {
    const shelf = shelfOf();
    new DraftStore(shelf, { prefix: 'ann:', tab: '1' }).write(entry, { form: { a: 1 } });
    expect(new DraftStore(shelf, { prefix: 'bob:', tab: '1' }).all()).toEqual([]);
  });
});

/** A storage with room for so many entries. */
function shelfOf(room = Number.POSITIVE_INFINITY): Shelf {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => {
      if (!map.has(key) && map.size >= room) throw new Error('QuotaExceededError');
      map.set(key, value);
    },
    removeItem: (key) => void map.delete(key),
  };
}
