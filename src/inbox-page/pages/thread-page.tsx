/** The story of a thread on a page of its own. */
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { inertText } from '../../protocol/inert-text.ts';
import { StoryView, useStory } from '../item/story.tsx';
import { Icon } from '../parts/icon.tsx';
import { listHref } from '../route.ts';
import { view } from '../state/list.ts';
import { startLive } from '../state/live.ts';
import { api } from '../state/requests.ts';

export function ThreadPage(): JSX.Element {
  const thread = useLocation().query['thread'] ?? '';
  const state = useStory(thread, thread !== '');
  useEffect(() => void startLive(), []);
  useEffect(() => {
    document.title = `Story of ${inertText(thread)}`;
    document.querySelector<HTMLElement>('h1')?.focus();
  }, [thread]);
  const story = state.kind === 'ready' ? state.story : undefined;
  return (
    <main class="main" id="main">
      <article class="item-pane">
        <a class="back" data-always href={listHref(view.value)}>
          <Icon name="back" /> Inbox
        </a>
        <header class="item-head">
          <p class="eyebrow">
            <span>Story</span>
            {story && <span>{story.status}</span>}
          </p>
          <h1 tabIndex={-1} class="mono">
            {thread}
          </h1>
          <div class="item-facts">
            {story?.mayAudit && (
              <a href={api('audit', { thread })} download={`${thread}.jsonl`}>
                Download the record
              </a>
            )}
            {story?.webUi !== undefined && (
              <a href={story.webUi} target="_blank" rel="noopener noreferrer">
                Open in the Temporal Web UI
              </a>
            )}
          </div>
        </header>
        <StoryView state={state} />
      </article>
    </main>
  );
}
