/** Markdown that an agent wrote, shown on the page (W5). */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import './markdown.css';
import { toFragment } from './to-fragment.ts';

export function Markdown({ text }: { readonly text: string }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // Elements, not HTML: what was sanitized is not parsed again, and no sink takes a string.
    place.current?.replaceChildren(toFragment(text));
  }, [text]);
  return <div class="markdown" ref={place} />;
}
