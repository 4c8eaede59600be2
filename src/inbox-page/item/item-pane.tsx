/** One question: what is asked, what to know about it, and the form that answers it. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item, QuestionAddress } from '../../inbox/api.ts';
import { inertText } from '../../protocol/inert-text.ts';
import { AnswerForm, type ReadyAnswer } from '../form/answer-form.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { isWriting } from '../parts/focus.ts';
import { Icon, KIND_WORDS } from '../parts/icon.tsx';
import { openTitle } from '../parts/title.ts';
import { listHref, threadHref } from '../route.ts';
import { now } from '../state/clock.ts';
import { drafts } from '../state/drafts.ts';
import { view } from '../state/list.ts';
import { say } from '../state/news.ts';
import { forgetRefusal, outgoingOf, refusalOf, submit, type Outgoing } from '../state/outbox.ts';
import { me } from '../state/session.ts';
import { keyOf } from '../state/view.ts';
import { endingText, listed, nameOf, nextSteps } from '../words/phrases.ts';
import { ago, exactly } from '../words/times.ts';
import { AskedAgain } from './asked-again.tsx';
import { Closed } from './closed.tsx';
import { useDraft } from './draft-keeper.ts';
import { useItem, useShown } from './open-item.ts';
import { ReassignDialog } from './reassign.tsx';
import { StoryView, useStory } from './story.tsx';
import { ValueView } from './value-view.tsx';
import { Votes } from './votes.tsx';

export interface ItemPaneProps {
  readonly address: QuestionAddress;
  /** What happens after an answer. */
  readonly onAnswered: (address: QuestionAddress) => void;
}

export function ItemPane({ address, onAnswered }: ItemPaneProps): JSX.Element {
  const { state, reload } = useItem(address);
  const [, setRound] = useState(0);
  const item = state.kind === 'open' || state.kind === 'closed' ? state.item : undefined;
  useShown(state.kind === 'open' ? state.item : undefined);
  const refusal = refusalOf(address, item?.askedAt);
  useEffect(() => {
    if (!refusal) return;
    // The question is another one now, or over, or somebody else's.
    reload();
    if (refusal.refused.ending) forgetRefusal(address);
  }, [refusal]);
  const ending = state.kind === 'closed' ? state.ending : undefined;
  useEffect(() => {
    openTitle.value = item?.title;
    return () => {
      openTitle.value = undefined;
    };
  }, [item?.title]);
  const isOver = ending !== undefined && item !== undefined;
  useEffect(() => {
    if (isOver) say(endingText(ending, now.peek(), me.peek()?.actor));
  }, [isOver]);
  return (
    <article class="item-pane" data-kind={state.kind} aria-busy={state.kind === 'loading'}>
      <Back />
      {ending && !item && (
        <header class="item-head">
          {/* The title is known from the own draft alone: the question itself is gone. */}
          <Heading title={drafts().read(address)?.title ?? 'A question that is closed'} />
        </header>
      )}
      {ending && (
        <Closed
          address={address}
          ending={ending}
          item={item}
          own={drafts().read(address)}
          onForget={() => setRound((before) => before + 1)}
        />
      )}
      {item && (
        <OpenItem
          // A reset thread asks again under the same address.
          key={`${keyOf(address)}${item.askedAt}`}
          item={item}
          isClosed={ending !== undefined}
          onAnswered={() => onAnswered(address)}
          reload={reload}
        />
      )}
      {state.kind === 'loading' && <ItemSkeleton />}
      {state.kind === 'failed' && (
        <div class="empty" role="alert">
          <h1 class="empty-title">{state.isFinal ? 'This question cannot be shown' : 'Not there yet'}</h1>
          <p>{state.message}</p>
          <button type="button" onClick={reload}>
            Try again
          </button>
        </div>
      )}
      {state.kind === 'closed' && !item && <Story thread={address.thread} />}
    </article>
  );
}

function Heading({ title }: { readonly title: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A person who came here by a key or a link goes on reading here. Whoever writes elsewhere is not disturbed.
    if (!document.querySelector('dialog[open]') && !isWriting()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {title}
    </h1>
  );
}

function Back(): JSX.Element | null {
  if (me.value?.only) return null;
  return (
    <a class="back" href={listHref(view.value)}>
      <Icon name="back" /> Inbox
    </a>
  );
}

function ItemSkeleton(): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading</span>
      <div class="skeleton-item" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
    </div>
  );
}

interface OpenItemProps {
  readonly item: Item;
  readonly isClosed: boolean;
  readonly onAnswered: () => void;
  readonly reload: () => void;
}

function OpenItem({ item, isClosed, onAnswered, reload }: OpenItemProps): JSX.Element {
  const { question } = item;
  const kept = useDraft(item, item.title);
  const outgoing = outgoingOf(item);
  const refusal = refusalOf(item, item.askedAt);
  const isDisabled = isClosed || outgoing !== undefined || !item.mayAnswer;
  const send = (answer: ReadyAnswer, summary: string): void => {
    const { thread, run, id, title, askedAt } = item;
    submit([{ address: { thread, run, id }, title, answer: { ...answer, askedAt } }], summary);
    onAnswered();
  };
  return (
    <>
      <Head item={item} isClosed={isClosed} reload={reload} />
      {question.problems && question.problems.length > 0 && <AskedAgain item={item} problems={question.problems} />}
      {question.description !== undefined && <Markdown text={question.description} />}
      <Question item={item} />
      <Votes item={item} />
      {kept.other && <OtherTab onTake={kept.takeOther} onKeep={kept.keepMine} />}
      {kept.isFull && <Notice name="full">This browser cannot keep what you enter: it is lost when you leave.</Notice>}
      {!isClosed && refusal && refusal.status !== 422 && <Notice name="refused">{refusal.refused.message}</Notice>}
      {outgoing && <Notice name="sending">{sendingText(outgoing)}</Notice>}
      {!isClosed && item.obstacle !== undefined && <Notice name="obstacle">{item.obstacle}</Notice>}
      {!isClosed && item.hasVoted && <Notice name="voted">{VOTED}</Notice>}
      {!isClosed && !item.mayAnswer && !item.hasVoted && <NotYours item={item} />}
      <section class="answer" aria-labelledby="answer-name">
        <h2 id="answer-name" class="visually-hidden">
          Answer
        </h2>
        <AnswerForm
          key={kept.formKey}
          item={item}
          draft={kept.draft}
          onDraft={(draft) => {
            kept.keep(draft);
            // What was wrong is corrected now, and the form knows what is left of it.
            if (refusal?.status === 422) forgetRefusal(item);
          }}
          problems={refusal?.refused.problems ?? []}
          isDisabled={isDisabled}
          onSubmit={send}
        />
      </section>
      {!isClosed && <NextSteps item={item} />}
      <Story thread={item.thread} />
      <Details item={item} />
    </>
  );
}

function Notice({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="notice" data-notice={name} role="status">
      <Icon name={name === 'sending' ? 'clock' : 'warning'} />
      <p>{children}</p>
    </div>
  );
}

const VOTED = 'You have answered. More people are asked. Until then, you can still change your answer.';

function sendingText({ summary, stage }: Outgoing): string {
  return stage.kind === 'stuck'
    ? `Your answer was not taken yet: ${summary}. ${stage.message}`
    : `Your answer is on its way: ${summary}.`;
}

function NotYours({ item }: { readonly item: Item }): JSX.Element {
  const names = (item.assignees ?? []).map(nameOf);
  return (
    <Notice name="not-yours">
      {names.length > 0 ? `This is for ${listed(names, 'or')} to answer.` : 'This is not yours to answer.'}
    </Notice>
  );
}

function OtherTab({ onTake, onKeep }: { readonly onTake: () => void; readonly onKeep: () => void }): JSX.Element {
  return (
    <div class="notice" data-notice="other-tab" role="alert">
      <Icon name="warning" />
      <div>
        <p class="notice-title">Something else was entered here in another tab.</p>
        <div class="buttons">
          <button type="button" onClick={onTake}>
            Show that
          </button>
          <button type="button" onClick={onKeep}>
            Keep what is here
          </button>
        </div>
      </div>
    </div>
  );
}

function Head({ item, isClosed, reload }: Pick<OpenItemProps, 'item' | 'isClosed' | 'reload'>): JSX.Element {
  const [isPassing, setPassing] = useState(false);
  const { priority, tags = [] } = item;
  return (
    <header class="item-head">
      <p class="eyebrow">
        <span class="eyebrow-kind">
          <Icon name={item.kind} /> {KIND_WORDS[item.kind]}
        </span>
        <span>{item.entrypoint}</span>
        <time dateTime={item.askedAt} title={exactly(item.askedAt)}>
          asked {ago(item.askedAt, now.value)}
        </time>
      </p>
      <Heading title={item.title} />
      <div class="item-facts">
        {(priority === 'urgent' || priority === 'high') && (
          <span class="tag" data-priority={priority}>
            {priority === 'urgent' ? 'Urgent' : 'High'}
          </span>
        )}
        <span class="fact">
          <Icon name="people" />
          <span class="visually-hidden">Asked: </span>
          {item.assignees?.length ? listed(item.assignees.map(nameOf)) : 'Anybody can answer'}
        </span>
        {tags.map((tag) => (
          <span key={tag} class="tag">
            {inertText(tag)}
          </span>
        ))}
        {item.mayReassign && !isClosed && (
          <button type="button" class="link" onClick={() => setPassing(true)}>
            Pass on …
          </button>
        )}
      </div>
      {isPassing && <ReassignDialog item={item} onClose={() => setPassing(false)} onDone={reload} />}
    </header>
  );
}

/** The value that is asked about, unless the title or the form already says it. */
function Question({ item }: { readonly item: Item }): JSX.Element | null {
  const { value } = item.question;
  if (item.approval || value === undefined || value === null) return null;
  if (typeof value === 'string' && (value === item.title || value.trim() === '')) return null;
  return (
    <section class="question" aria-label="What is asked">
      <ValueView value={value} />
      {item.question.truncated && <p class="muted">It is cut here: the program that knows the rest is away.</p>}
    </section>
  );
}

function NextSteps({ item }: { readonly item: Item }): JSX.Element | null {
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

function Story({ thread }: { readonly thread: string }): JSX.Element | null {
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

function Details({ item }: { readonly item: Item }): JSX.Element {
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
