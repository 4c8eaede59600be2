/** A question with a form. When it has closed, it says how and by whom. */
import type { ProblemBody, QuestionData } from 'holdpoint/chat';
import { useState, type FormEvent } from 'react';
import { Card, focusComposer } from './card.tsx';
import { FieldList } from './field-list.tsx';
import { fieldsOf, inputsOf, valueOf } from './fields.ts';

interface QuestionProps {
  readonly question: QuestionData;
  readonly onAnswer: (value: unknown) => Promise<ProblemBody | undefined>;
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
  const [refusal, setRefusal] = useState<ProblemBody>();
  // A task that checks an answer itself asks once more, and says why.
  const problems = refusal?.problems ?? question.problems ?? [];
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

function ClosedQuestion({ title, closed }: { title: string; closed: NonNullable<QuestionData['closed']> }) {
  const { how = 'answered', by } = closed;
  return (
    <p className="closed" data-card="closed">
      {title} <span>{by === undefined ? how : `${how} by ${by}`}</span>
    </p>
  );
}
