/** A question with a form. When it has closed, it says how and by whom. */
import { useState, type FormEvent } from 'react';
import { Card, focusComposer } from './card.tsx';
import { FieldList } from './field-list.tsx';
import { fieldsOf, inputsOf, valueOf } from './fields.ts';
import type { Question, Refusal } from './session.ts';

interface QuestionProps {
  readonly question: Question;
  readonly onAnswer: (value: unknown) => Promise<Refusal | undefined>;
}

export function QuestionCard({ question, onAnswer }: QuestionProps) {
  const title = question.title ?? (typeof question.value === 'string' ? question.value : 'A question for you');
  if (question.closed) return <ClosedQuestion title={title} closed={question.closed} />;
  return (
    <Card kind="question" label="A question for you" title={title}>
      {question.description !== undefined && <p className="card-text">{question.description}</p>}
      <QuestionForm question={question} onAnswer={onAnswer} />
    </Card>
  );
}

function QuestionForm({ question, onAnswer }: QuestionProps) {
  const fields = fieldsOf(question.schema);
  const [inputs, setInputs] = useState(() => inputsOf(fields));
  const [isSending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const problems = refusal?.problems ?? [];
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSending(true);
    const refused = await onAnswer(valueOf(fields, inputs));
    setSending(false);
    setRefusal(refused);
    if (!refused) focusComposer();
  };
  const isBeside = problems.some(({ path }) => fields.some(({ name }) => path === `/${name}`));
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      {refusal && !isBeside && <p className="problem card-problem">{refusal.message}</p>}
      <FieldList fields={fields} inputs={inputs} problems={problems} onChange={setInputs} />
      <div className="actions">
        <button type="submit" className="primary" disabled={isSending}>
          Answer
        </button>
      </div>
    </form>
  );
}

function ClosedQuestion({ title, closed }: { title: string; closed: NonNullable<Question['closed']> }) {
  const { how = 'answered', by } = closed;
  return (
    <p className="closed" data-card="closed">
      {title} <span>{by === undefined ? how : `${how} by ${by}`}</span>
    </p>
  );
}
