/** What stands below the form of an item: what happens next, the story of its thread, and technical details. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Item } from '../../inbox/api.ts';
import { threadHref } from '../route.ts';
import { now } from '../state/clock.ts';
import { me } from '../state/session.ts';
import { nextSteps } from '../words/phrases.ts';
import { StoryView, useStory } from './story.tsx';

export function NextSteps({ item }: { readonly item: Item }): JSX.Element | null {
  const steps = nextSteps(item.question, now.value);
  if (steps.length === 0) return null;
  return (
    <section class="next" aria-labelledby="next-name">
      <h2 id="next-name">What happens next</h2>
      <ul>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
    </section>
  );
}

export function Story({ thread }: { readonly thread: string }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const state = useStory(thread, isOpen);
  if (me.value?.only) return null;
  return (
    <details class="fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The story so far</summary>
      {isOpen && <StoryView state={state} />}
      {isOpen && (
        <p class="fold-end">
          <a href={threadHref(thread)}>Show it on a page of its own</a>
        </p>
      )}
    </details>
  );
}

export function Details({ item }: { readonly item: Item }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  const command = useRef<HTMLElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(item.command);
      setCopied(true);
    } catch {
      // A page without https has no clipboard, and a browser may refuse it: the text is marked, to be copied by hand.
      getSelection()?.selectAllChildren(command.current!);
    }
  };
  return (
    <details class="fold">
      <summary>Technical details</summary>
      <dl class="value-table">
        <div>
          <dt>Thread</dt>
          <dd class="mono">{item.thread}</dd>
        </div>
        <div>
          <dt>Question</dt>
          <dd class="mono">{item.id}</dd>
        </div>
        <div>
          <dt>Answer in a shell</dt>
          <dd>
            <code ref={command} class="command">
              {item.command}
            </code>
            <button type="button" onClick={() => void copy()}>
              {isCopied ? 'Copied' : 'Copy'}
            </button>
          </dd>
        </div>
        {item.webUi !== undefined && (
          <div>
            <dt>Run</dt>
            <dd>
              <a href={item.webUi} target="_blank" rel="noopener noreferrer">
                Open in the Temporal Web UI
              </a>
            </dd>
          </div>
        )}
      </dl>
    </details>
  );
}
