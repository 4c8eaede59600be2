/** The arguments of an action, readable: short ones as a table, long texts as blocks, the rest as JSON. */
import type { JSX } from 'preact';
import { isSchema } from '../../protocol/schema-outline.ts';
import { inertText } from '../../protocol/inert-text.ts';
import { nameInWords } from './words.ts';

export function Arguments({ args }: { readonly args: unknown }): JSX.Element | null {
  if (args === undefined) return null;
  if (!isSchema(args)) return <Value value={args} />;
  const entries = Object.entries(args);
  if (entries.length === 0) return <p class="form-help">No arguments.</p>;
  return (
    <dl class="arguments">
      {entries.map(([name, value]) => (
        <div key={name} class={isShort(value) ? 'argument' : 'argument argument-long'}>
          <dt title={name}>
            <bdi>{nameInWords(name)}</bdi>
          </dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A text is long if a line of a phone does not hold it. */
const LINE_CHARACTERS = 60;

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= LINE_CHARACTERS && !value.includes('\n');
  if (Array.isArray(value)) return value.length <= 5 && value.every((one) => !isObject(one) && isShort(one));
  return !isObject(value) || Object.keys(value).length === 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function Value({ value }: { readonly value: unknown }): JSX.Element {
  if (typeof value === 'string') {
    if (value === '') return <span class="arg-none">empty</span>;
    if (isShort(value)) return <bdi class="arg-text">{inertText(value)}</bdi>;
    return (
      <div class="arg-block" dir="auto" tabIndex={0} role="group" aria-label="Text">
        {inertText(value)}
      </div>
    );
  }
  if (value === null || value === undefined) return <span class="arg-none">nothing</span>;
  if (typeof value === 'boolean') return <span>{value ? 'Yes' : 'No'}</span>;
  if (typeof value === 'number') return <span class="arg-number">{String(value)}</span>;
  if (Array.isArray(value) && value.length > 0 && isShort(value)) {
    return (
      <ul class="arg-list">
        {value.map((one: unknown, i) => (
          <li key={i}>
            <Value value={one} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <pre class="arg-json" tabIndex={0} role="group" aria-label="JSON">
      {inertText(JSON.stringify(value, null, 2))}
    </pre>
  );
}
