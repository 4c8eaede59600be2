/** An approval: what will happen if one agrees, and the ways to say something else. */
import type { ProblemBody, QuestionData } from 'holdpoint/chat';
import { useContext, useState, type FormEvent } from 'react';
import { CanAnswer, Card, useAnswer } from './card.tsx';
import { FieldList } from './field-list.tsx';
import { fieldsOfValues, inputsOf, labelOf, valueOf } from './fields.ts';
import { Arguments } from './tool-call.tsx';

/** What a person decides. */
export type Decision =
  | { readonly type: 'approve' }
  | { readonly type: 'edit'; readonly args: unknown }
  | { readonly type: 'reject'; readonly reason?: string };

interface ApprovalProps {
  readonly tool: string;
  readonly args: unknown;
  readonly question: QuestionData;
  readonly onDecide: (decision: Decision) => Promise<ProblemBody | undefined>;
}

export function Approval({ tool, args, question, onDecide }: ApprovalProps) {
  const [step, setStep] = useState<'look' | 'edit' | 'reject'>('look');
  const canAnswer = useContext(CanAnswer);
  const { answer, refusal } = useAnswer(onDecide);
  const decide = (decision: Decision): void => void answer(decision);
  const back = (): void => setStep('look');
  return (
    <Card kind="approval" label="Needs your approval" title={question.title ?? `${labelOf(tool)}?`} question={question}>
      {step !== 'edit' && <Arguments input={args} />}
      {refusal && <p className="problem card-problem">{refusal.message}</p>}
      {step === 'look' && (
        <div className="actions">
          <button type="button" className="primary" disabled={!canAnswer} onClick={() => decide({ type: 'approve' })}>
            Approve
          </button>
          <button type="button" disabled={!canAnswer} onClick={() => setStep('edit')}>
            Edit
          </button>
          <button type="button" disabled={!canAnswer} onClick={() => setStep('reject')}>
            Reject
          </button>
        </div>
      )}
      {step === 'edit' && (
        <EditForm
          args={args}
          problems={refusal?.problems ?? []}
          onSend={(edited) => decide({ type: 'edit', args: edited })}
          onBack={back}
        />
      )}
      {step === 'reject' && (
        <RejectForm
          onSend={(reason) => decide({ type: 'reject', ...(reason === '' ? {} : { reason }) })}
          onBack={back}
        />
      )}
    </Card>
  );
}

interface FormProps<Value> {
  readonly onSend: (value: Value) => void;
  readonly onBack: () => void;
}

function EditForm({
  args,
  problems,
  onSend,
  onBack,
}: FormProps<unknown> & { args: unknown; problems: NonNullable<ProblemBody['problems']> }) {
  const canAnswer = useContext(CanAnswer);
  // The arguments of a tool are an object.
  const values = args as Readonly<Record<string, unknown>>;
  const fields = fieldsOfValues(values);
  const before = inputsOf(fields, values);
  const [inputs, setInputs] = useState(before);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    onSend(valueOf(fields, inputs));
  };
  return (
    <form onSubmit={send} noValidate>
      <FieldList
        fields={fields}
        inputs={inputs}
        before={before}
        // The problems are those of the decision, which has the arguments in it.
        problems={problems.map(({ path, message }) => ({ path: path.replace(/^\/args/, ''), message }))}
        onChange={setInputs}
        focusFirst
      />
      <div className="actions">
        <button type="submit" className="primary" disabled={!canAnswer}>
          Approve with changes
        </button>
        <button type="button" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  );
}

function RejectForm({ onSend, onBack }: FormProps<string>) {
  const canAnswer = useContext(CanAnswer);
  const [inputs, setInputs] = useState({ reason: '' });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    onSend(inputs.reason.trim());
  };
  return (
    <form onSubmit={send}>
      <FieldList
        fields={[
          {
            name: 'reason',
            label: 'Why not?',
            hint: 'The agent gets this reason.',
            kind: 'text',
            choices: [],
            isRequired: false,
          },
        ]}
        inputs={inputs}
        problems={[]}
        onChange={({ reason }) => setInputs({ reason: String(reason) })}
        focusFirst
      />
      <div className="actions">
        <button type="submit" className="danger" disabled={!canAnswer}>
          Reject
        </button>
        <button type="button" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  );
}
