/** Keeps what is entered into the form of one question, and notices when another tab does (W6). */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { QuestionAddress } from '../../inbox/api.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { areDraftsKept, drafts, onOtherTab, type Draft, type Entry } from '../state/drafts.ts';

export interface KeptDraft {
  /** What the form starts with. */
  readonly draft: Draft | undefined;
  /** Changes when the form must start anew. */
  readonly formKey: string;
  readonly keep: (draft: Draft | undefined) => void;
  /** What another tab has written over what this one had shown. */
  readonly other: Entry | undefined;
  readonly takeOther: () => void;
  readonly keepMine: () => void;
  /** The browser has no room left, or keeps nothing. */
  readonly isFull: boolean;
}

export function useDraft(address: QuestionAddress, title: string): KeptDraft {
  const key = questionKey(address);
  const [round, setRound] = useState(0);
  const [other, setOther] = useState<Entry>();
  const [isFull, setFull] = useState(false);
  // Whether this tab has changed what is there: one that only looks has nothing to lose.
  const mine = useRef<{ key: string; seen: number; draft: Draft | undefined; hasTyped: boolean }>(undefined);
  if (mine.current?.key !== key) {
    const entry = drafts().read(address);
    mine.current = { key, seen: entry?.revision ?? 0, draft: entry?.form, hasTyped: false };
  }
  const own = mine.current;

  useEffect(() => {
    setOther(undefined);
    return onOtherTab(address, (entry) => {
      if (!entry) return;
      if (JSON.stringify(entry.form) === JSON.stringify(own.draft)) {
        own.seen = entry.revision;
        return;
      }
      if (!entry.form) return;
      if (own.hasTyped) return setOther(entry);
      Object.assign(own, { seen: entry.revision, draft: entry.form });
      setRound((before) => before + 1);
    });
  }, [key]);

  const put = (draft: Draft | undefined, seen?: number): void => {
    own.draft = draft;
    const result = drafts().write({ address, title }, { form: draft }, seen);
    const entry = drafts().read(address);
    setFull(result === 'full' || !areDraftsKept);
    if (result === 'changed elsewhere') setOther(entry);
    else own.seen = entry?.revision ?? 0;
  };
  return {
    draft: own.draft,
    formKey: `${key}${round}`,
    keep: (draft) => {
      own.hasTyped = true;
      put(draft, own.seen);
    },
    other,
    takeOther: () => {
      Object.assign(own, { seen: other?.revision ?? 0, draft: other?.form, hasTyped: false });
      setOther(undefined);
      setRound((before) => before + 1);
    },
    keepMine: () => {
      setOther(undefined);
      put(own.draft);
    },
    isFull,
  };
}
