/** When to read again: what happened before the stream of events began, or while it was broken, no event tells. */
import { useEffect, useRef } from 'preact/hooks';
import { connection } from '../state/live.ts';

export function useStreamBegins(reload: () => void): void {
  const isLive = connection.value === 'live';
  const wasLive = useRef(isLive);
  useEffect(() => {
    if (isLive && !wasLive.current) reload();
    wasLive.current = isLive;
  }, [isLive]);
}
