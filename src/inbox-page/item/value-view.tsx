/** A value as people read it: text as text, an object as a table. What is deeper is shown as JSON. */
import type { JSX } from 'preact';
import { nameInWords } from '../form/words.ts';
import './value-view.css';

const DEEPEST = 3;
/** Longer lists are cut: one reads the rest in the program that asked. */
const MOST_ROWS = 200;

type Fields = Readonly<Record<string, unknown>>;

export function ValueView({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }): JSX.Element {
  if (value === undefined || value === null) return <span class="value-none">nothing</span>;
  if (typeof value === 'boolean') return <span>{value ? 'Yes' : 'No'}</span>;
  if (typeof value === 'number') return <span class="value-number">{String(value)}</span>;
  if (typeof value === 'string') return <Text text={value} isInside={depth > 0} />;
  if (depth >= DEEPEST) {
    return (
      <pre class="value-block value-json" tabIndex={0} role="group" aria-label="JSON">
        {JSON.stringify(value, undefined, 2)}
      </pre>
    );
  }
  if (Array.isArray(value)) return <List values={value} depth={depth} />;
  return <Table fields={value as Fields} depth={depth} />;
}

/** A text is long if a line of a phone does not hold it. */
const LINE_CHARACTERS = 60;

function isLong(value: unknown): value is string {
  return typeof value === 'string' && (value.length > LINE_CHARACTERS || value.includes('\n'));
}

/** @param isInside A long text among other values is a block that scrolls. */
function Text({ text, isInside }: { readonly text: string; readonly isInside: boolean }): JSX.Element {
  if (text === '') return <span class="value-none">empty</span>;
  if (!isInside || !isLong(text)) return <bdi class="value-text">{text}</bdi>;
  return (
    <div class="value-block" dir="auto" tabIndex={0} role="group" aria-label="Text">
      {text}
    </div>
  );
}

function Table({ fields, depth }: { readonly fields: Fields; readonly depth: number }): JSX.Element {
  const entries = Object.entries(fields);
  if (entries.length === 0) return <span class="value-none">empty</span>;
  return (
    <dl class="value-table">
      {entries.map(([name, value]) => (
        <div key={name} data-long={isLong(value) || (Array.isArray(value) && columnsOf(value)) ? '' : undefined}>
          <dt title={name}>
            <bdi>{nameInWords(name)}</bdi>
          </dt>
          <dd>
            <ValueView value={value} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function List({ values, depth }: { readonly values: readonly unknown[]; readonly depth: number }): JSX.Element {
  const columns = columnsOf(values);
  if (columns) return <Grid columns={columns} rows={values as readonly Fields[]} />;
  if (values.length === 0) return <span class="value-none">empty</span>;
  return (
    <ul class="value-list">
      {values.slice(0, MOST_ROWS).map((value, index) => (
        <li key={index}>
          <ValueView value={value} depth={depth + 1} />
        </li>
      ))}
      <Cut count={values.length} />
    </ul>
  );
}

function Grid({
  columns,
  rows,
}: {
  readonly columns: readonly string[];
  readonly rows: readonly Fields[];
}): JSX.Element {
  return (
    <div class="value-grid" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {nameInWords(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, index) => (
            <tr key={index}>
              {columns.map((name) => (
                <td key={name}>
                  <ValueView value={row[name]} depth={DEEPEST} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Cut count={rows.length} />
    </div>
  );
}

function Cut({ count }: { readonly count: number }): JSX.Element | null {
  return count > MOST_ROWS ? <p class="value-none">and {count - MOST_ROWS} more</p> : null;
}

/** The columns of a list of flat objects with the same few fields. */
function columnsOf(values: readonly unknown[]): readonly string[] | undefined {
  if (values.length < 2 || !values.every(isFlat)) return undefined;
  const columns = [...new Set(values.flatMap((value) => Object.keys(value)))];
  const isAlike = values.every((value) => Object.keys(value).length > columns.length / 2);
  return columns.length > 1 && columns.length <= 6 && isAlike ? columns : undefined;
}

function isFlat(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => typeof one !== 'object' || one === null);
}
