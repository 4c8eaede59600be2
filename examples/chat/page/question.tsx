/** A question with a form. When it has closed, it says how and by whom. */
import type { ProblemBody, QuestionData } from 'holdpoint/chat';
import { useContext, type FormEvent } from 'react';
import { CanAnswer, Card, useAnswer } from './card.tsx';
import { useDraft } from './draft.ts';
import { FieldList } from './field-list.tsx';
import { fieldsOf, inputsOf, valueOf } from './fields.ts';

interface QuestionProps {
  readonly id: string;
  readonly question: QuestionData;
  readonly onAnswer: (value: unknown) => Promise<ProblemBody | undefined>;
}

export function QuestionCard({ id, question, onAnswer }: QuestionProps) {
  const title = question.title ?? (typeof question.value === 'string' ? question.value : 'A question for you');
  if (question.closed) return <ClosedQuestion title={title} closed={question.closed} />;
  return (
    <Card kind="question" label="A question for you" title={title} question={question}>
      <QuestionForm id={id} question={question} onAnswer={onAnswer} />
    </Card>
  );
}

function QuestionForm({ id, question, onAnswer }: QuestionProps) {
  const canAnswer = useContext(CanAnswer);
  const fields = fieldsOf(question.schema);
  const [inputs, setInputs] = useDraft(`draft:${id}`, inputsOf(fields));
  const { answer, refusal } = useAnswer(onAnswer);
  // A task that checks an answer itself asks once more, and says why.
  const problems = refusal?.problems ?? question.problems ?? [];
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await answer(valueOf(fields, inputs))) setInputs(inputsOf(fields));
  };
  const isBeside = problems.some(({ path }) => fields.some(({ name }) => path === `/${name}`));
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      {refusal && !isBeside && <p className="problem card-problem">{refusal.message}</p>}
      <FieldList fields={fields} inputs={inputs} problems={problems} onChange={setInputs} />
      <div className="actions">
        <button type="submit" className="primary" disabled={!canAnswer}>
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
