/**
 * The threads that this browser knows, newest first, and the one in the address: `#/t/<id>`. They are kept in the browser:
 * a real program would list those of the person who is logged in.
 */
import { useEffect, useState } from 'react';

export interface ThreadEntry {
  readonly id: string;
  readonly title: string;
}

const KEY = 'threads';
const LONGEST_LIST = 50;

export function useThreads() {
  const [id, setId] = useState(readAddress);
  const [threads, setThreads] = useState(readThreads);
  useEffect(() => {
    const onAddress = (): void => setId(readAddress());
    // Another tab of this browser has begun a thread.
    const onStorage = (): void => setThreads(readThreads());
    addEventListener('hashchange', onAddress);
    addEventListener('storage', onStorage);
    return () => {
      removeEventListener('hashchange', onAddress);
      removeEventListener('storage', onStorage);
    };
  }, []);
  const remember = (title: string): void => {
    const known = readThreads();
    if (known.some((thread) => thread.id === id)) return;
    localStorage.setItem(KEY, JSON.stringify([{ id, title: title.slice(0, 80) }, ...known].slice(0, LONGEST_LIST)));
    setThreads(readThreads());
  };
  return { id, threads, remember };
}

/** The address of a thread that nobody has written to yet. */
export function openNewThread(): void {
  location.hash = addressOf(newId());
}

export function addressOf(id: string): string {
  return `#/t/${encodeURIComponent(id)}`;
}

function readAddress(): string {
  const id = /^#\/t\/(.+)$/.exec(location.hash)?.[1];
  if (id !== undefined) return decodeURIComponent(id);
  const fresh = newId();
  history.replaceState(null, '', addressOf(fresh));
  return fresh;
}

function newId(): string {
  return `chat-${crypto.randomUUID().slice(0, 8)}`;
}

function readThreads(): readonly ThreadEntry[] {
  return JSON.parse(localStorage.getItem(KEY) ?? '[]') as readonly ThreadEntry[];
}
