/**
 * A table that fits the terminal. Columns are as wide as their content; if the table is too wide, some columns are cut.
 */
import measure from 'fast-string-truncated-width';

export interface Column {
  readonly title: string;
  /** When the column is cut: `first` for text that is only read, `last` for text that is copied. Never if missing. */
  readonly cuts?: 'first' | 'last';
}

const GAP = 2;
const MIN_WIDTH = 8;

/** The lines of the table, its titles first. @param width The columns of the terminal; `Infinity` cuts nothing. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = fit(
    columns,
    columns.map((_, i) => Math.max(...lines.map((cells) => measure(cells[i] ?? '').width))),
    width,
  );
  return lines.map((cells) =>
    columns
      .map((_, i) => cut(cells[i] ?? '', widths[i]!, i < columns.length - 1))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

/** Narrows the widest column that may be cut, again and again, until the table fits or all are as narrow as they may be. */
function fit(columns: readonly Column[], wanted: readonly number[], width: number): number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  for (const turn of ['first', 'last'] as const) {
    while (excess > 0) {
      const cuttable = widths.map((one, i) => (columns[i]?.cuts === turn ? one : 0));
      const widest = cuttable.indexOf(Math.max(...cuttable));
      if (cuttable[widest]! <= MIN_WIDTH) break;
      widths[widest]! -= 1;
      excess -= 1;
    }
  }
  return widths;
}

/** Cuts a text to a number of terminal columns. @param pads Fills it with spaces to exactly that width. */
export function cut(text: string, width: number, pads = false): string {
  const { index, ellipsed, width: taken } = measure(text, { limit: width, ellipsis: '…' });
  const shown = ellipsed ? `${text.slice(0, index)}…` : text;
  return pads ? shown + ' '.repeat(Math.max(0, width - taken - (ellipsed ? 1 : 0))) : shown;
}
