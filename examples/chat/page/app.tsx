import { useState } from 'react';
import { Conversation } from './conversation.tsx';
import { addressOf, openNewThread, useThreads, type ThreadEntry } from './threads.ts';

export function App() {
  const { id, threads, remember } = useThreads();
  const [isListOpen, setListOpen] = useState(false);
  const title = threads.find((thread) => thread.id === id)?.title ?? 'New conversation';
  return (
    <div className="app">
      <header className="bar">
        <button
          type="button"
          className="quiet"
          aria-expanded={isListOpen}
          aria-controls="threads"
          onClick={() => setListOpen(!isListOpen)}
        >
          Conversations
        </button>
        <p className="bar-title">{title}</p>
        <NewButton onOpen={() => setListOpen(false)} />
      </header>
      <nav id="threads" className={isListOpen ? 'threads is-open' : 'threads'} aria-label="Conversations">
        <div className="threads-head">
          <p className="brand">Support</p>
          <NewButton onOpen={() => setListOpen(false)} />
        </div>
        <ThreadList current={id} threads={threads} onOpen={() => setListOpen(false)} />
      </nav>
      <Conversation key={id} id={id} onFirstMessage={remember} />
    </div>
  );
}

function NewButton({ onOpen }: { onOpen: () => void }) {
  const open = (): void => {
    openNewThread();
    onOpen();
  };
  return (
    <button type="button" className="quiet" onClick={open}>
      New
    </button>
  );
}

interface ThreadListProps {
  readonly current: string;
  readonly threads: readonly ThreadEntry[];
  readonly onOpen: () => void;
}

function ThreadList({ current, threads, onOpen }: ThreadListProps) {
  if (threads.length === 0) return <p className="threads-none">Your conversations will be listed here.</p>;
  return (
    <ul>
      {threads.map(({ id, title }) => (
        <li key={id}>
          <a href={addressOf(id)} aria-current={id === current ? 'page' : undefined} onClick={onOpen}>
            {title}
          </a>
        </li>
      ))}
    </ul>
  );
}
