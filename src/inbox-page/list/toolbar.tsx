/** Above the list: search, whose items, filters, order and views with a name. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Icon, KIND_WORDS } from '../parts/icon.tsx';
import { focusIfLost } from '../parts/focus.ts';
import { areKeysOn } from '../parts/keyboard.ts';
import { go, listHref, viewHref } from '../route.ts';
import { known, view } from '../state/list.ts';
import { forgetView, savedViews, saveView } from '../state/saved-views.ts';
import { KINDS, PRIORITIES, readView, viewQuery, withPart, type ViewName } from '../state/view.ts';
import { clearSelection, isSelecting } from './selection.ts';
import { capital } from '../words/phrases.ts';

const TYPING_MS = 250;

function setPart(name: ViewName, value: string): void {
  go(viewHref(withPart(view.peek(), name, value)), true);
}

export function Toolbar(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const count = (['entrypoint', 'kind', 'tag', 'priority', 'task', 'group'] as const).filter(
    (name) => view.value[name],
  );
  return (
    <div class="toolbar" role="search" aria-label="Items">
      <div class="toolbar-line">
        <Search />
        <button
          type="button"
          class="square"
          aria-expanded={isOpen}
          aria-controls="filters"
          aria-label={count.length > 0 ? `Filters, ${count.length} set` : 'Filters'}
          data-on={count.length > 0 ? '' : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="filter" />
        </button>
        <button
          type="button"
          class="square touch-only"
          aria-pressed={isSelecting.value}
          aria-label="Select several"
          data-on={isSelecting.value ? '' : undefined}
          onClick={() => (isSelecting.value ? clearSelection() : (isSelecting.value = true))}
        >
          <Icon name="check" />
        </button>
      </div>
      <Views />
      {isOpen && <Filters />}
      <Chips />
    </div>
  );
}

function Search(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const q = view.value.q ?? '';
  useEffect(() => {
    // What is typed is ahead of the address.
    if (document.activeElement !== input.current) input.current!.value = q;
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setPart('q', input.current?.value.trim() ?? ''), TYPING_MS);
  };
  return (
    <label class="search">
      <Icon name="search" />
      <span class="visually-hidden">Search</span>
      <input
        ref={input}
        id="search"
        type="search"
        placeholder="Search"
        autocomplete="off"
        defaultValue={q}
        onInput={search}
      />
      {areKeysOn.value && <kbd aria-hidden="true">/</kbd>}
    </label>
  );
}

/** Everything, one's own, and the views with a name. */
function Views(): JSX.Element {
  const query = viewQuery(view.value);
  const isSaved = savedViews.value.some((one) => one.query === query);
  const mine = !isSaved && view.value.assignee === 'me';
  return (
    <nav class="views" aria-label="Views">
      <a href={listHref(withPart(view.value, 'assignee', ''))} aria-current={mine || isSaved ? undefined : 'true'}>
        All
      </a>
      <a href={listHref(withPart(view.value, 'assignee', 'me'))} aria-current={mine ? 'true' : undefined}>
        Mine
      </a>
      {savedViews.value.map((one) => (
        <a
          key={one.name}
          class="saved"
          href={listHref(readView(Object.fromEntries(new URLSearchParams(one.query))))}
          aria-current={one.query === query ? 'true' : undefined}
        >
          {one.name}
        </a>
      ))}
    </nav>
  );
}

function Filters(): JSX.Element {
  return (
    <div id="filters" class="filters">
      <Choice label="Kind" name="kind" options={KINDS.map((kind) => [kind, KIND_WORDS[kind]])} />
      <Choice label="Priority" name="priority" options={PRIORITIES.map((one) => [one, capital(one)])} />
      <Choice label="From" name="entrypoint" options={known((item) => item.entrypoint).map((one) => [one, one])} />
      <Choice label="Tag" name="tag" options={known((item) => item.tags).map((one) => [one, one])} />
      <Choice label="Order" name="sort" any="Due first" options={[['age', 'Oldest first']]} />
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly name: ViewName;
  readonly options: readonly (readonly [string, string])[];
  readonly any?: string;
}

function Choice({ label, name, options, any = 'Any' }: ChoiceProps): JSX.Element {
  const value = view.value[name] ?? '';
  // A value of the address that no loaded item has is a choice all the same.
  const all = value === '' || options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => setPart(name, event.currentTarget.value)}>
        <option value="">{any}</option>
        {all.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const CHIP_WORDS: Partial<Record<ViewName, string>> = {
  entrypoint: 'From',
  kind: 'Kind',
  tag: 'Tag',
  priority: 'Priority',
  task: 'Task',
  group: 'Group',
  assignee: 'Asked',
};

function valueText(name: ViewName): string | undefined {
  const { kind, [name]: value } = view.value;
  if (name === 'kind') return kind && KIND_WORDS[kind];
  return name === 'priority' && value !== undefined ? capital(value) : value;
}

/** The filters that are set, each with a way out, and a way to keep them. */
function Chips(): JSX.Element | null {
  const [isNaming, setNaming] = useState(false);
  const names = (Object.keys(CHIP_WORDS) as ViewName[]).filter(
    (name) => view.value[name] !== undefined && !(name === 'assignee' && view.value.assignee === 'me'),
  );
  const query = viewQuery(view.value);
  if (query === '') return null;
  const saved = savedViews.value.find((one) => one.query === query);
  return (
    <div class="chips">
      {names.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          onClick={() => {
            setPart(name, '');
            focusIfLost(['.list-pane']);
          }}
        >
          <span>
            {CHIP_WORDS[name]}: {valueText(name)}
          </span>
          <Icon name="close" />
          <span class="visually-hidden">Take the filter out</span>
        </button>
      ))}
      {saved ? (
        <button type="button" class="link" onClick={() => forgetView(saved.name)}>
          Forget this view
        </button>
      ) : (
        query !== 'assignee=me' && (
          <button type="button" class="link" onClick={() => setNaming(true)}>
            Keep this view
          </button>
        )
      )}
      {isNaming && <NameDialog query={query} onClose={() => setNaming(false)} />}
    </div>
  );
}

function NameDialog({ query, onClose }: { readonly query: string; readonly onClose: () => void }): JSX.Element {
  const [name, setName] = useState('');
  const keep = (event: Event): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    saveView({ name: name.trim(), query });
    onClose();
  };
  return (
    <Dialog title="Keep this view" onClose={onClose}>
      <form class="stack" onSubmit={keep}>
        <label class="field">
          <span>Its name</span>
          <input required maxLength={40} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          <small>It is kept in this browser. Its address can be sent to others.</small>
        </label>
        <div class="buttons">
          <button type="submit" class="primary">
            Keep
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
