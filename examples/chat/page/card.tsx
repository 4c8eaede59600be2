/** A card that asks. The focus moves to it when it comes, unless somebody is writing. */
import type { ProblemBody, QuestionData } from 'holdpoint/chat';
import { createContext, useEffect, useId, useRef, useState, type ReactNode } from 'react';

/** Whether an answer can be sent: not while another one is on its way. */
export const CanAnswer = createContext(false);

interface CardProps {
  readonly kind: 'approval' | 'question';
  readonly label: string;
  readonly title: string;
  readonly question: QuestionData;
  readonly children: ReactNode;
}

export function Card({ kind, label, title, question, children }: CardProps) {
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
      <Facts question={question} />
      {question.description !== undefined && <p className="card-text">{question.description}</p>}
      {children}
    </section>
  );
}

/** How urgent the question is, until when it can be answered, and what it is about. */
function Facts({ question: { priority, dueAt, expiresAt, tags = [] } }: { question: QuestionData }) {
  const facts = [
    priority && `Priority: ${priority}`,
    dueAt && `Due ${timeOf(dueAt)}`,
    expiresAt && `Closes ${timeOf(expiresAt)}`,
    ...tags,
  ].filter(Boolean);
  return facts.length > 0 && <p className="card-facts">{facts.join(' · ')}</p>;
}

function timeOf(at: string): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

/** Sends an answer, and keeps why it was refused. Otherwise the focus goes back to where one writes. */
export function useAnswer<Value>(onAnswer: (value: Value) => Promise<ProblemBody | undefined>) {
  const [refusal, setRefusal] = useState<ProblemBody>();
  const answer = async (value: Value): Promise<boolean> => {
    const refused = await onAnswer(value);
    setRefusal(refused);
    if (!refused) document.getElementById('message')?.focus();
    return !refused;
  };
  return { answer, refusal };
}
