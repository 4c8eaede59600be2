/** The keys of the page. None of them acts while somebody writes, or while a dialog is open. */
import { signal } from '@preact/signals';
import { tinykeys } from 'tinykeys';
import { clearSelection, isSelecting, selected, toggle } from '../list/selection.ts';
import { go, listHref } from '../route.ts';
import { list, view } from '../state/list.ts';
import { say } from '../state/news.ts';
import { undoLast } from './sending-bar.tsx';

export const isHelpOpen = signal(false);

export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['j k', 'Next, previous'],
  ['Enter', 'Open'],
  ['u', 'Back to the list'],
  ['a', 'Approve'],
  ['e', 'Approve with changes'],
  ['r', 'Reject'],
  ['x', 'Select, to answer several at once'],
  ['z', 'Undo, while it is not sent'],
  ['/', 'Search'],
  ['Esc', 'Close, or leave a field'],
  ['Ctrl Enter', 'Send, also while you write'],
  ['?', 'This help'],
];

const WRITING = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]';

function isBusy(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : undefined;
  return document.querySelector('dialog[open]') !== null || target?.closest(WRITING) != null;
}

function quietly(act: (event: KeyboardEvent) => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (isBusy(event)) return;
    event.preventDefault();
    act(event);
  };
}

function links(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('.row-link')];
}

/** The line with the focus, or else the one that is open. */
function currentLine(): HTMLElement | null {
  return (
    document.querySelector<HTMLElement>('.row:focus-within') ?? document.querySelector<HTMLElement>('.row[data-open]')
  );
}

function move(by: 1 | -1): void {
  const all = links();
  const at = all.findIndex((link) => link.closest('.row') === currentLine());
  const next = all[at === -1 ? (by === 1 ? 0 : all.length - 1) : at + by];
  if (!next) return say(by === 1 ? 'That was the last one.' : 'That was the first one.');
  // On a narrow page the list is not seen beside the item: the next one opens.
  if (next.offsetParent === null) go(next.getAttribute('href')!);
  else {
    next.focus();
    next.closest('.row')?.scrollIntoView({ block: 'nearest' });
  }
}

/** Presses the button of a decision, of the item that one looks at. */
function decide(action: string): void {
  const line = document.querySelector('.row:focus-within');
  if (line && !line.matches('[data-open]')) return say('Open it first, with Enter.');
  const button = document.querySelector<HTMLButtonElement>(`.item-pane [data-action=${action}]:not([disabled])`);
  if (!button) return say('This item has no such decision.');
  button.focus();
  button.click();
}

function select(): void {
  const key = currentLine()?.dataset['key'];
  const state = list.peek();
  const line = state.kind === 'ready' ? state.lines.find((one) => one.key === key) : undefined;
  if (line) toggle(line.key, line.item);
}

function back(): void {
  const open = document.querySelector<HTMLElement>('.row[data-open] .row-link');
  go(listHref(view.peek()));
  requestAnimationFrame(() => open?.focus());
}

function escape(event: KeyboardEvent): void {
  // A dialog closes by itself.
  if (document.querySelector('dialog[open]')) return;
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  if (target?.closest(WRITING)) return target.blur();
  if (selected.peek().length > 0 || isSelecting.peek()) return clearSelection();
  if (document.querySelector('.item-pane')) back();
}

export function startKeys(): void {
  tinykeys(window, {
    j: quietly(() => move(1)),
    k: quietly(() => move(-1)),
    ArrowDown: (event) => inList(event, 1),
    ArrowUp: (event) => inList(event, -1),
    a: quietly(() => decide('approve')),
    e: quietly(() => decide('edit')),
    r: quietly(() => decide('reject')),
    x: quietly(select),
    u: quietly(back),
    z: quietly(undoLast),
    '/': quietly(() => document.querySelector<HTMLElement>('#search')?.focus()),
    '?': quietly(() => (isHelpOpen.value = true)),
    'Shift+?': quietly(() => (isHelpOpen.value = true)),
    Escape: escape,
  });
}

/** The arrows move in the list only where it has the focus: elsewhere they scroll. */
function inList(event: KeyboardEvent, by: 1 | -1): void {
  if (isBusy(event) || !document.querySelector('.row-link:focus')) return;
  event.preventDefault();
  move(by);
}
