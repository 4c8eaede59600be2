/** Tables: as wide as their content, and cut where the terminal is narrower. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, renderTable, type Column } from '../../src/cli/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'AGE' },
  { title: 'THREAD', cuts: 'last' },
  { title: 'QUESTION', cuts: 'first' },
];

test('columns are as wide as their content, and no line ends in spaces', () => {
  expect(
    renderTable(
      COLUMNS,
      [
        ['3h 12m', 'refund-7', 'Refund 120 €?'],
        ['5s', 'a', '-'],
      ],
      Infinity,
    ),
  ).toEqual([
    'AGE     THREAD    QUESTION', //
    '3h 12m  refund-7  Refund 120 €?',
    '5s      a         -',
  ]);
});

test('text that is only read is cut before text that is copied', () => {
  const row = ['5s', 'thread-0123456789', 'a question that is rather long'];
  expect(renderTable(COLUMNS, [row], 40)).toEqual([
    'AGE  THREAD             QUESTION', //
    '5s   thread-0123456789  a question that…',
  ]);
  expect(renderTable(COLUMNS, [row], 28)).toEqual([
    'AGE  THREAD         QUESTION', //
    '5s   thread-01234…  a quest…',
  ]);
});

test('a column that must not be cut stays whole on any terminal', () => {
  const [, line] = renderTable(COLUMNS, [['12345678901234567890', 'a thread with a name', 'why?']], 10);
  expect(line).toMatch(/^12345678901234567890 {2}\S/);
});

test('a missing cell is empty', () => {
  expect(renderTable([{ title: 'A' }, { title: 'B' }], [['1']], Infinity)).toEqual(['A  B', '1']);
});

test('wide characters take two columns', () => {
  expect(cut('日本語', 6)).toBe('日本語');
  expect(cut('日本語', 5)).toBe('日本…');
  expect(cut('日本', 6, true)).toBe('日本  ');
  expect(renderTable([{ title: 'A' }, { title: 'B' }], [['日本', 'x']], Infinity)).toEqual(['A     B', '日本  x']);
});

test('a table fits the terminal as far as its columns may be cut', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '-'), maxLength: 60 });
  const rows = fc.array(fc.tuple(fc.constantFrom('5s', '3d 4h'), word, word), { maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 30, max: 120 }), (cells, width) => {
      const lines = renderTable(COLUMNS, cells, width);
      expect(lines).toHaveLength(cells.length + 1);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});
