import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useDraft } from './draft.ts';

interface ComposerProps {
  readonly thread: string;
  readonly canSend: boolean;
  readonly placeholder: string;
  readonly onSend: (text: string) => void;
}

/** Where one writes. What is written and not sent survives a reload. */
export function Composer({ thread, canSend, placeholder, onSend }: ComposerProps) {
  const [text, setText] = useDraft(`draft:${thread}`, '');
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => area.current?.focus(), []);

  const isEmpty = text.trim() === '';
  const send = (): void => {
    if (!canSend || isEmpty) return;
    onSend(text.trim());
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // The Enter that ends the input of an Asian word sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label htmlFor="message" className="hidden">
        Message
      </label>
      <textarea
        id="message"
        ref={area}
        rows={1}
        value={text}
        placeholder={placeholder}
        enterKeyHint="send"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="primary" disabled={!canSend || isEmpty}>
        Send
      </button>
    </form>
  );
}
