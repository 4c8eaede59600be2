/** Keeps the line under the pointer or with the focus where it is, when lines above it come and go. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** The nearest element around that scrolls: the pane where there are two, and else the page. */
function scrollerOf(element: Element): Element {
  for (let at: Element | null = element; at; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return document.scrollingElement ?? document.documentElement;
}

/** Call it in each render of the list. It measures before the lines change, and corrects after. */
export function useSteady(ref: RefObject<HTMLElement | null>): void {
  const before = useRef<{ readonly element: Element; readonly top: number }>(undefined);
  const list = ref.current;
  const element = list?.querySelector('.row:hover') ?? list?.querySelector('.row:focus-within');
  before.current = element ? { element, top: element.getBoundingClientRect().top } : undefined;
  useLayoutEffect(() => {
    if (!before.current?.element.isConnected) return;
    const moved = before.current.element.getBoundingClientRect().top - before.current.top;
    if (moved !== 0) scrollerOf(before.current.element).scrollTop += moved;
  });
}
