/** What happened in a thread so far, for people. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Story, StoryEvent } from '../../inbox/api.ts';
import { itemHref } from '../route.ts';
import { now } from '../state/clock.ts';
import { view } from '../state/list.ts';
import { onEvent } from '../state/live.ts';
import { api, get, isPassing, troubleOf } from '../state/requests.ts';
import { me } from '../state/session.ts';
import { endingText, listed, nameOf } from '../words/phrases.ts';
import { exactly, moment } from '../words/times.ts';
import { useStreamBegins } from './stream-begins.ts';
import { ValueView } from './value-view.tsx';

export type StoryState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'ready'; readonly story: Story };

const RETRY_MS = 3000;

/** Reads the story when it is wanted, and again when something happens in the thread. */
export function useStory(thread: string, isWanted: boolean): StoryState {
  const [state, setState] = useState<StoryState>({ kind: 'loading' });
  const [round, setRound] = useState(0);
  const reload = (): void => setRound((before) => before + 1);
  useEffect(() => {
    if (!isWanted) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    void get<Story>(api('thread', { thread }), stop.signal).then((reply) => {
      if (stop.signal.aborted) return;
      if (reply.kind === 'ok') return setState({ kind: 'ready', story: reply.value });
      setState({ kind: 'failed', message: troubleOf(reply) });
      if (isPassing(reply)) timer = setTimeout(reload, RETRY_MS);
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [thread, isWanted, round]);
  useStreamBegins(reload);
  useEffect(() => {
    if (!isWanted) return undefined;
    return onEvent((event) => {
      const place = 'item' in event ? event.item : 'thread' in event ? event : undefined;
      if (event.kind === 'reload' || place?.thread === thread) reload();
    });
  }, [thread, isWanted]);
  return state;
}

export function StoryView({ state }: { readonly state: StoryState }): JSX.Element {
  if (state.kind === 'loading') return <p role="status">Loading …</p>;
  if (state.kind === 'failed') return <p role="alert">{state.message}</p>;
  const { story } = state;
  return (
    <>
      {story.isCut && <p class="muted">Earlier events are left out.</p>}
      <ol class="story">
        <li data-event="start">
          <When at={story.startedAt} />
          <div>
            <p>
              Started as <strong>{story.entrypoint}</strong>
            </p>
            {story.input !== undefined && <Folded value={story.input} name="Input" />}
          </div>
        </li>
        {story.events.map((event, index) => (
          <li key={index} data-event={event.kind}>
            <When at={event.at} />
            <div>
              <EventText event={event} thread={story.thread} />
            </div>
          </li>
        ))}
        {story.closedAt !== undefined && (
          <li data-event="end">
            <When at={story.closedAt} />
            <div>
              <p>{story.failure === undefined ? 'Finished' : `Failed: ${story.failure}`}</p>
              {story.value !== undefined && <Folded value={story.value} name="Result" />}
            </div>
          </li>
        )}
      </ol>
    </>
  );
}

function When({ at }: { readonly at: string }): JSX.Element {
  return (
    <time dateTime={at} title={exactly(at)}>
      {moment(at, now.value)}
    </time>
  );
}

const TASK_WORDS = { running: 'runs', done: 'done', failed: 'failed' } as const;

function EventText({ event, thread }: { readonly event: StoryEvent; readonly thread: string }): JSX.Element {
  switch (event.kind) {
    case 'task':
      return (
        <>
          <p>
            <strong>{event.name}</strong> <span class="muted">{TASK_WORDS[event.state]}</span>
          </p>
          {event.message !== undefined && <p>{event.message}</p>}
          {event.result !== undefined && <Folded value={event.result} name="Result" />}
        </>
      );
    case 'asked':
      return (
        <p>
          Asked:{' '}
          {event.isOpen && !me.value?.only ? (
            <a href={itemHref({ thread, run: event.run, id: event.id }, view.value)}>{event.title}</a>
          ) : (
            event.title
          )}
        </p>
      );
    case 'answered': {
      const { actor, how, at, value } = event;
      const ending = { how, at, ...(actor !== undefined && { actor }) };
      return (
        <>
          <p>{endingText(ending, now.value, me.value?.actor)}</p>
          {value !== undefined && <Folded value={value} name="Answer" />}
        </>
      );
    }
    case 'voted':
      return (
        <>
          <p>
            <strong>{event.actor}</strong> gave one of several answers
          </p>
          {event.value !== undefined && <Folded value={event.value} name="Answer" />}
        </>
      );
    case 'reassigned':
      return (
        <p>
          {event.actor ?? 'Somebody'} passed the question on to {listed(event.assignees.map(nameOf))}
        </p>
      );
    case 'refused':
      return <p>An answer{event.actor === undefined ? '' : ` of ${event.actor}`} was not taken.</p>;
    case 'reset':
      return <p>Set back to an earlier step{event.reason === undefined ? '' : `: ${event.reason}`}</p>;
    default:
      event.kind satisfies 'message';
      return (
        <p class="said">
          <strong>{event.name ?? SPEAKERS[event.role]}</strong> {event.text}
        </p>
      );
  }
}

const SPEAKERS = { assistant: 'Assistant', tool: 'Tool' } as const;

/** Short values are shown at once, others when they are asked for. */
function Folded({ value, name }: { readonly value: unknown; readonly name: string }): JSX.Element {
  if (typeof value !== 'object' || value === null) {
    const text = String(value);
    if (text.length < 200)
      return (
        <div class="story-value">
          <ValueView value={value} />
        </div>
      );
  }
  return (
    <details>
      <summary>{name}</summary>
      <div class="story-value">
        <ValueView value={value} />
      </div>
    </details>
  );
}
