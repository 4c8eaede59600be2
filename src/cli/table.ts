/**
 * A table that fits the terminal: columns as wide as what is in them, and where that is too wide, some are cut.
 */
import measure from 'fast-string-truncated-width';

export interface Column {
  readonly title: string;
  /** Where there is no room: `first` for what is only to be read, `last` for what may have to be copied. */
  readonly cuts?: 'first' | 'last';
}

const GAP = 2;
const MIN_WIDTH = 8;

/** @param width Of the terminal; `Infinity` cuts nothing. */
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

/** Takes from the widest one that may be cut, until all fit or nothing is left to take. */
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

/** The text in exactly so many columns, or at most so many when nothing follows. */
export function cut(text: string, width: number, pads = false): string {
  const { index, ellipsed, width: taken } = measure(text, { limit: width, ellipsis: '…' });
  const shown = ellipsed ? `${text.slice(0, index)}…` : text;
  return pads ? shown + ' '.repeat(Math.max(0, width - taken - (ellipsed ? 1 : 0))) : shown;
}
