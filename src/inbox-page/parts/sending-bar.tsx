/** The answers on their way, at the bottom of the page: with Undo while they wait, and with what became of them. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { UNDO_MS } from '../../protocol/limits.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { selectAgain } from '../list/selection.ts';
import { go, itemHref } from '../route.ts';
import { view } from '../state/list.ts';
import { dismiss, outbox, send, undo, wordsOf, type Outgoing, type Result } from '../state/outbox.ts';
import { counted } from '../words/times.ts';
import { focusIfLost } from './focus.ts';
import { Icon } from './icon.tsx';

/** How long it is said that an answer was taken. */
const SAID_MS = 6000;

export function SendingBar(): JSX.Element {
  const bar = useRef<HTMLElement>(null);
  // Buttons at the foot of the page stay above it.
  useEffect(() => {
    const observer = new ResizeObserver(() =>
      document.documentElement.style.setProperty('--bar', `${bar.current!.offsetHeight}px`),
    );
    observer.observe(bar.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <section ref={bar} class="outbox" aria-label="Answers on their way">
      {outbox.value.map((one) => (
        <Outgoing key={one.key} one={one} />
      ))}
    </section>
  );
}

/** Takes the last answer back that still waits. */
export function undoLast(): void {
  const last = outbox.value.findLast((one) => one.stage.kind === 'counting');
  if (last) takeBack(last.key);
}

function takeBack(key: string): void {
  const parts = undo(key)?.parts ?? [];
  if (parts.length === 1) go(itemHref(parts[0]!.address, view.value));
  else selectAgain(parts.map(({ address }) => address));
  focusIfLost();
}

/** The button that is pressed goes away. */
function sendNow(key: string): void {
  void send(key);
  focusIfLost();
}

/** The button that is pressed goes away with its bar. */
function close(key: string): void {
  dismiss(key);
  focusIfLost();
}

function Outgoing({ one }: { readonly one: Outgoing }): JSX.Element {
  const { stage, key, parts } = one;
  const isTaken = stage.kind === 'done' && stage.results.every((result) => result.kind === 'taken');
  useEffect(() => {
    if (!isTaken || parts.length > 1) return undefined;
    const timer = setTimeout(() => dismiss(key), SAID_MS);
    return () => clearTimeout(timer);
  }, [isTaken, key]);
  return (
    <div class="outgoing" data-stage={stage.kind} data-taken={isTaken ? '' : undefined}>
      <div class="outgoing-line">
        <p>
          <strong>{wordsOf(one)}</strong>
          {parts.length === 1 && <span class="outgoing-title">{parts[0]!.title}</span>}
          <StageText one={one} />
        </p>
        <Buttons one={one} />
      </div>
      {stage.kind === 'counting' && <div class="countdown" aria-hidden="true" />}
      {stage.kind === 'done' && parts.length > 1 && <Results one={one} results={stage.results} />}
    </div>
  );
}

function Buttons({ one }: { readonly one: Outgoing }): JSX.Element | null {
  const { key, stage, parts } = one;
  switch (stage.kind) {
    case 'counting':
      return (
        <span class="outgoing-buttons">
          <button type="button" class="quiet" onClick={() => sendNow(key)}>
            Send now
          </button>
          <button type="button" data-undo onClick={() => takeBack(key)}>
            Undo
          </button>
        </span>
      );
    case 'stuck':
      return (
        <span class="outgoing-buttons">
          <button type="button" onClick={() => sendNow(key)}>
            Try again
          </button>
          <button type="button" class="quiet" onClick={() => takeBack(key)}>
            Take it back
          </button>
        </span>
      );
    case 'done': {
      const isRefused = parts.length === 1 && stage.results[0]?.kind === 'refused';
      return (
        <span class="outgoing-buttons">
          {isRefused && (
            <button
              type="button"
              onClick={() => {
                close(key);
                go(itemHref(parts[0]!.address, view.value));
              }}
            >
              Look
            </button>
          )}
          <button type="button" class="quiet square" aria-label="Dismiss" onClick={() => close(key)}>
            <Icon name="close" />
          </button>
        </span>
      );
    }
    default:
      return null;
  }
}

function StageText({ one: { stage, parts } }: { readonly one: Outgoing }): JSX.Element | null {
  switch (stage.kind) {
    case 'counting':
      return <SecondsLeft />;
    case 'sending':
      return <span>Sending …</span>;
    case 'waiting':
      return <span>{WAITING[stage.why]}</span>;
    case 'stuck':
      return <span>Not sent. {stage.message}</span>;
    default:
      stage.kind satisfies 'done';
      return parts.length === 1 ? <span>{resultText(stage.results[0]!)}</span> : <span>{sumText(stage.results)}</span>;
  }
}

const WAITING = {
  connection: 'The connection is broken. The answer is sent when the connection is back.',
  server: 'The server is busy. It is tried again.',
  'sign-in': 'Sign in, and it is sent.',
} as const;

/** The countdown is for the eyes: a screen reader was told once. */
function SecondsLeft(): JSX.Element {
  const [left, setLeft] = useState(UNDO_MS / 1000);
  useEffect(() => {
    const timer = setInterval(() => setLeft((before) => Math.max(1, before - 1)), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden="true">Sending in {left} s</span>;
}

export function resultText(result: Result): string {
  if (result.kind === 'refused') return `Not taken. ${result.refused.message}`;
  const { outcome, votes, why } = result.answered;
  switch (outcome) {
    case 'accepted':
      return 'Sent.';
    case 'voted':
      return votes
        ? `Your answer counts: ${votes.count} of ${votes.quorum}.`
        : 'Your answer counts. More people are asked.';
    default:
      outcome satisfies 'queued';
      return `Sent. ${why ?? 'It will count as soon as the program can take it.'}`;
  }
}

function sumText(results: readonly Result[]): string {
  const failed = results.filter((result) => result.kind === 'refused').length;
  return failed === 0
    ? `All ${results.length} sent.`
    : `${results.length - failed} sent, ${counted(failed, 'answer')} not taken.`;
}

function Results({ one, results }: { readonly one: Outgoing; readonly results: readonly Result[] }): JSX.Element {
  return (
    <ul class="results">
      {results.map((result, index) => {
        const { address, title } = one.parts[index]!;
        return (
          <li key={questionKey(address)} data-result={result.kind}>
            <Icon name={result.kind === 'taken' ? 'check' : 'warning'} />
            <span>
              {result.kind === 'taken' ? title : <a href={itemHref(address, view.value)}>{title}</a>}
              <small>{resultText(result)}</small>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
