/** What somebody has begun to write. It survives a reload, and is forgotten once it is what it began with. */
import { useState } from 'react';

export function useDraft<Value>(key: string, initial: Value): [Value, (value: Value) => void] {
  const [value, setValue] = useState(() => {
    const kept = localStorage.getItem(key);
    return kept === null ? initial : (JSON.parse(kept) as Value);
  });
  const change = (next: Value): void => {
    const text = JSON.stringify(next);
    if (text === JSON.stringify(initial)) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    setValue(next);
  };
  return [value, change];
}
