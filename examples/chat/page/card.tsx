/** A card that asks. The focus moves to it when it comes, unless somebody is writing. */
import { useEffect, useId, useRef, type ReactNode } from 'react';

interface CardProps {
  readonly kind: 'approval' | 'question';
  readonly label: string;
  readonly title: string;
  readonly children: ReactNode;
}

export function Card({ kind, label, title, children }: CardProps) {
  const id = useId();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    const active = document.activeElement;
    const isWriting = active instanceof HTMLTextAreaElement && active.value !== '';
    if (!isWriting) card.current?.focus();
  }, []);
  return (
    <section ref={card} className={`card is-${kind}`} data-card={kind} tabIndex={-1} aria-labelledby={id}>
      <p className="card-label">{label}</p>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}

/** Brings the focus back to where one writes. */
export function focusComposer(): void {
  document.getElementById('message')?.focus();
}
