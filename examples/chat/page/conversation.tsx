import { useChat } from '@ai-sdk/react';
import { isToolUIPart } from 'ai';
import type { PreviewData } from 'holdpoint/chat';
import { useCallback, useEffect, useRef, useState, type ReactNode, type UIEvent } from 'react';
import { CanAnswer } from './card.tsx';
import { Composer } from './composer.tsx';
import { Message } from './message.tsx';
import { isDisconnect, refusalOf, Session, textOf, type ChatMessage, type Connection } from './session.ts';

/** How long nothing may come before the page asks whether there is a worker. */
const SILENCE_MS = 4_000;
/** So near to its end the log counts as being there. */
const NEAR_PX = 60;

interface ConversationProps {
  readonly id: string;
  readonly onFirstMessage: (text: string) => void;
}

export function Conversation({ id, onFirstMessage }: ConversationProps) {
  const { session, connection, previews, setPreviews } = useSession(id);
  const { messages, status, error } = useChat({ chat: session.chat });
  const lastSaid = messages.findLast(({ role }) => role === 'user')?.id;
  // What the tools of an earlier turn have shown is over.
  useEffect(() => setPreviews([]), [lastSaid]);
  const isBusy = status === 'submitted' || status === 'streaming';
  const isWaiting = status !== 'submitted' && hasOpenQuestion(messages.at(-1));
  const isAway = useAway(session, isBusy, messages);
  const failure = isBusy ? undefined : failureOf(error, messages.at(-1));
  const answer = useCallback((...args: Parameters<Session['answer']>) => session.answer(...args), [session]);
  const send = (text: string): void => {
    onFirstMessage(text);
    session.send(text);
  };
  const first = messages.find(({ role }) => role === 'user');
  const title = first && textOf(first);
  useEffect(() => {
    if (title !== undefined) onFirstMessage(title);
  }, [title]);

  return (
    <main className="conversation">
      <Log isBusy={isBusy} lastSaid={lastSaid}>
        {connection === 'open' && messages.length === 0 && !isBusy && <Welcome onSend={send} />}
        <CanAnswer value={connection === 'open' && status !== 'submitted'}>
          {messages.map((message, index) => (
            <Message
              key={message.id}
              message={message}
              isWorking={isBusy && index === messages.length - 1}
              previews={index === messages.length - 1 ? previews : NO_PREVIEWS}
              onAnswer={answer}
            />
          ))}
        </CanAnswer>
        {isBusy && !isMoving(messages.at(-1)) && <Typing />}
        {failure !== undefined && <Failure message={failure} onRepeat={() => session.repeat()} />}
      </Log>
      <div className="foot">
        <StatusLine connection={connection} isAway={isAway} isBusy={isBusy} isWaiting={isWaiting} />
        <Composer
          thread={id}
          canSend={connection === 'open' && !isBusy && !isWaiting}
          placeholder={isWaiting ? 'Answer above first' : 'Write to support'}
          onSend={send}
        />
      </div>
      <Announcement message={isBusy ? undefined : messages.at(-1)} />
    </main>
  );
}

const NO_PREVIEWS: readonly PreviewData[] = [];

function useSession(id: string) {
  const [connection, setConnection] = useState<Connection>('loading');
  const [previews, setPreviews] = useState<readonly PreviewData[]>([]);
  const [session] = useState(() => {
    const onPreview = (latest: PreviewData): void =>
      setPreviews((known) => [...known.filter(({ call }) => call !== latest.call), latest]);
    return new Session(id, setConnection, onPreview);
  });
  useEffect(() => {
    const mounted = new AbortController();
    void session.run(mounted.signal);
    return () => {
      mounted.abort();
      void session.chat.stop();
    };
  }, [session]);
  return { session, connection, previews, setPreviews };
}

/** Whether the worker seems to be away: nothing has come for a while, and it does not answer. */
function useAway(session: Session, isBusy: boolean, messages: readonly ChatMessage[]): boolean {
  const [isAway, setAway] = useState(false);
  useEffect(() => {
    setAway(false);
    if (!isBusy) return undefined;
    let isCurrent = true;
    const ask = async (): Promise<void> => {
      // When the server is away too, the connection says so.
      const isUp = await session.isWorkerUp().catch(() => true);
      if (isCurrent) setAway(!isUp);
    };
    const timer = setInterval(() => void ask(), SILENCE_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [session, isBusy, messages]);
  return isAway;
}

interface LogProps {
  readonly isBusy: boolean;
  /** The last message of the person, who wants to see what comes of it. */
  readonly lastSaid: string | undefined;
  readonly children: ReactNode;
}

/** The messages. It stays at the end, unless one scrolls up. */
function Log({ isBusy, lastSaid, children }: LogProps) {
  const log = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const lastTop = useRef(0);
  const showEnd = (): void => {
    if (log.current && isAtEnd.current) log.current.scrollTop = log.current.scrollHeight;
  };
  useEffect(() => {
    const observer = new ResizeObserver(showEnd);
    for (const element of [log.current, column.current]) if (element) observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    isAtEnd.current = true;
    showEnd();
  }, [lastSaid]);
  const onScroll = ({ currentTarget }: UIEvent): void => {
    const { scrollTop, scrollHeight, clientHeight } = currentTarget;
    // Growth moves the end away, but scrolls nothing: only a person scrolls up.
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) isAtEnd.current = true;
    else if (scrollTop < lastTop.current) isAtEnd.current = false;
    lastTop.current = scrollTop;
  };
  return (
    <div ref={log} className="log" onScroll={onScroll} aria-busy={isBusy}>
      <div ref={column} className="log-column">
        {children}
      </div>
    </div>
  );
}

const EXAMPLES = ['Where is order R-17?', 'Please refund 80 for R-17', 'Please collect R-17', 'Tell me a story'];

function Welcome({ onSend }: { onSend: (text: string) => void }) {
  return (
    <section className="welcome">
      <h1>How can we help?</h1>
      <p>
        The agent behind this page may take days over an answer, and loses nothing: close the page, and come back
        whenever you like.
      </p>
      <ul>
        {EXAMPLES.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => onSend(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Typing() {
  return (
    <p className="typing" aria-hidden="true">
      <span />
      <span />
      <span />
    </p>
  );
}

function Failure({ message, onRepeat }: { message: string; onRepeat: () => void }) {
  return (
    <div className="failure" role="alert">
      <p>{message}</p>
      <button type="button" onClick={onRepeat}>
        Try again
      </button>
    </div>
  );
}

interface StatusLineProps {
  readonly connection: Connection;
  readonly isAway: boolean;
  readonly isBusy: boolean;
  readonly isWaiting: boolean;
}

function StatusLine(props: StatusLineProps) {
  const [kind, words] = statusOf(props);
  return (
    <p className="status" role="status" data-status={kind}>
      {words}
    </p>
  );
}

function statusOf({ connection, isAway, isBusy, isWaiting }: StatusLineProps): readonly [kind: string, words: string] {
  if (connection === 'lost') return ['lost', 'The connection is lost. Trying again …'];
  if (isAway) return ['away', 'The worker is away. It will go on when it is back.'];
  if (isWaiting) return ['waiting', 'Waiting for you'];
  if (isBusy) return ['busy', 'Working …'];
  return [connection === 'open' ? 'idle' : 'loading', ''];
}

/** Reads the answer out once it is whole: word by word would be a stutter. */
function Announcement({ message }: { message: ChatMessage | undefined }) {
  return (
    <p className="hidden" aria-live="polite">
      {message?.role === 'assistant' ? textOf(message) : ''}
    </p>
  );
}

/** Why the last message was refused, or its turn has failed. A lost connection is in the status line. */
function failureOf(error: Error | undefined, last: ChatMessage | undefined): string | undefined {
  if (error && !isDisconnect(error)) return refusalOf(error)?.message ?? error.message;
  return last?.metadata?.holdpoint.failed;
}

function hasOpenQuestion(message: ChatMessage | undefined): boolean {
  return (
    message?.parts.some(
      (part) =>
        (part.type === 'data-question' && !part.data.closed) ||
        (isToolUIPart(part) && part.state === 'approval-requested'),
    ) ?? false
  );
}

/** Whether the end of the message shows by itself that something happens: a text that grows, or a tool that runs. */
function isMoving(message: ChatMessage | undefined): boolean {
  const last = message?.role === 'assistant' ? message.parts.at(-1) : undefined;
  if (last?.type === 'text') return last.state === 'streaming' && last.text !== '';
  return last !== undefined && isToolUIPart(last) && !last.state.startsWith('output');
}
