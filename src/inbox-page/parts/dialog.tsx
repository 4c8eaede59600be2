/** A dialog over the page. It keeps the focus inside, and gives it back. */
import type { ComponentChildren, JSX, TargetedMouseEvent } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { focusIfLost } from './focus.ts';
import { Icon } from './icon.tsx';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    ref.current!.showModal();
    return () => {
      // The browser gives the focus back only to Escape: any other way takes the dialog out while it is open.
      if (opener instanceof HTMLElement) opener.focus();
      focusIfLost();
    };
  }, []);
  const onBackdrop = (event: TargetedMouseEvent<HTMLDialogElement>): void => {
    if (event.target === event.currentTarget) onClose();
  };
  return (
    <dialog ref={ref} class="dialog" aria-labelledby={id} onClose={onClose} onClick={onBackdrop}>
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="quiet square" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
