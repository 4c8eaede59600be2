/** One question: what is asked, what to know about it, and the form that answers it. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item, QuestionAddress } from '../../inbox/api.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { AnswerForm, type ReadyAnswer } from '../form/answer-form.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { Icon } from '../parts/icon.tsx';
import { openTitle } from '../parts/title.ts';
import { listHref } from '../route.ts';
import { now } from '../state/clock.ts';
import { drafts } from '../state/drafts.ts';
import { view } from '../state/list.ts';
import { say } from '../state/news.ts';
import { forgetRefusal, outgoingOf, refusalOf, submit } from '../state/outbox.ts';
import { me } from '../state/session.ts';
import { endingText } from '../words/phrases.ts';
import { AskedAgain } from './asked-again.tsx';
import { Closed } from './closed.tsx';
import { useDraft } from './draft-keeper.ts';
import { Details, NextSteps, Story } from './item-details.tsx';
import { Head, Heading, type HeadProps } from './item-head.tsx';
import { Notice, NotYours, OtherTab, sendingText, VOTED } from './item-notices.tsx';
import { useItem, useShown } from './open-item.ts';
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
  const item = 'item' in state ? state.item : undefined;
  useShown(state.kind === 'open' ? state.item : undefined);
  const refusal = refusalOf(address, item?.askedAt);
  const refused = useRef(state);
  useEffect(() => {
    // With 422 the value is wrong, and the question is as before.
    if (!refusal || refusal.status === 422) return;
    refused.current = state;
    reload();
  }, [refusal]);
  useEffect(() => {
    // The thread has said since whether it is over.
    if (refusal?.refused.ending && state !== refused.current) forgetRefusal(address);
  }, [state]);
  const ending = state.kind === 'closed' ? state.ending : refusal?.refused.ending;
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
          key={`${questionKey(address)}${item.askedAt}`}
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

interface OpenItemProps extends HeadProps {
  readonly onAnswered: () => void;
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
      {question.problems && question.problems.length > 0 && (
        <AskedAgain before={item.before} problems={question.problems} />
      )}
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
