/** The keys of the page. None of them acts while somebody writes, or while a dialog is open. */
import { signal } from '@preact/signals';
import { tinykeys } from 'tinykeys';
import { clearSelection, isSelecting, selected, toggle } from '../list/selection.ts';
import { go, listHref } from '../route.ts';
import { kept } from '../state/kept.ts';
import { shownLines, view } from '../state/list.ts';
import { show } from '../state/news.ts';
import { isWriting, leaveField } from './focus.ts';
import { undoLast } from './sending-bar.tsx';

export const isHelpOpen = signal(false);
/** Whoever speaks to the computer, or whose hands tremble, decides nothing by a letter (WCAG 2.1.4). */
export const areKeysOn = kept('keys', true);

export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['j k', 'Next, previous'],
  ['Enter', 'Open'],
  ['u', 'Back to the list'],
  ['a', 'Approve, or answer what is selected'],
  ['e', 'Approve with changes'],
  ['r', 'Reject'],
  ['x', 'Select, to answer several at once'],
  ['z', 'Undo, while it is not sent'],
  ['/', 'Search'],
  ['Esc', 'Close, or leave a field'],
  ['Ctrl Enter', 'Send, also while you write'],
  ['?', 'This help'],
];

function isBusy(): boolean {
  return document.querySelector('dialog[open]') !== null || isWriting();
}

function quietly(act: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (!areKeysOn.peek() || isBusy()) return;
    event.preventDefault();
    act();
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
  if (!next) return show(by === 1 ? 'That was the last one.' : 'That was the first one.');
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
  if (line && !line.matches('[data-open]')) return show('Open it first, with Enter.');
  const button = document.querySelector<HTMLButtonElement>(`.item-pane [data-action=${action}]:not([disabled])`);
  if (!button) return show('This item has no such decision.');
  button.focus();
  button.click();
}

/** What is selected comes before the item that one looks at. */
function approve(): void {
  const several = document.querySelector<HTMLElement>('.bulk .primary:enabled');
  if (several) several.click();
  else decide('approve');
}

function select(): void {
  const key = currentLine()?.dataset['key'];
  const line = shownLines.peek().find((one) => one.key === key);
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
  if (isWriting()) {
    // The browser would empty a field of a search.
    event.preventDefault();
    return leaveField();
  }
  if (selected.peek().length > 0 || isSelecting.peek()) return clearSelection();
  if (document.querySelector('.item-pane')) back();
}

export function startKeys(): void {
  tinykeys(
    window,
    {
      j: quietly(() => move(1)),
      k: quietly(() => move(-1)),
      ArrowDown: (event) => inList(event, 1),
      ArrowUp: (event) => inList(event, -1),
      a: quietly(approve),
      e: quietly(() => decide('edit')),
      r: quietly(() => decide('reject')),
      x: quietly(select),
      u: quietly(back),
      z: quietly(undoLast),
      // Where it is typed with Shift depends on the keyboard.
      '[Shift]+/': quietly(() => document.querySelector<HTMLElement>('#search')?.focus()),
      '[Shift]+?': quietly(() => (isHelpOpen.value = true)),
      Escape: escape,
    },
    // By itself, tinykeys ignores all that happens in a control: also Escape, and also keys on a box.
    { ignore: (event) => event.repeat || event.isComposing },
  );
}

/** The arrows move in the list only where it has the focus: elsewhere they scroll. */
function inList(event: KeyboardEvent, by: 1 | -1): void {
  if (isBusy() || !document.querySelector('.row-link:focus')) return;
  event.preventDefault();
  move(by);
}
