/** The form of an answer that is a value: its fields, and the button that sends it. */
import type { JSX } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import { startOfAnswer } from '../../protocol/approval.ts';
import type { Field } from '../../protocol/form.ts';
import type { AnswerFormProps } from './answer-form.tsx';
import { idOf, type FormContext } from './controls.tsx';
import { EditedForm } from './edited-form.ts';
import { Fields, listedProblems } from './fields.tsx';
import { useConfirmation, useFocusOnProblem, useRefusal } from './form-hooks.tsx';
import { isHalfFilled, Problems, ProblemSummary } from './problems.tsx';
import { answerCheck, readSchema } from './schema-reader.ts';
import { sendOnKeys } from './send-keys.ts';
import { Agree, Buttons, Forget } from './sending.tsx';
import { helpOf, summaryOf } from './words.ts';

export function ValueForm({ item, draft, onDraft, problems, isDisabled, onSubmit }: AnswerFormProps): JSX.Element {
  const { question } = item;
  const prefix = useId();
  const reader = useMemo(() => readSchema(question.schema), [question.schema]);
  const check = useMemo(() => answerCheck(question.schema), [question.schema]);
  const begin = (kept: unknown): EditedForm => EditedForm.begin(reader, startOfAnswer(question), kept);
  const [edited, setEdited] = useState(() => begin(draft?.['form']));
  const confirmation = useConfirmation(question.confirm, `${prefix}-confirm`, isDisabled);
  const context: FormContext = { edited, onEdit: edit, prefix, isDisabled };
  const listed = listedProblems(context);
  const focusOnProblem = useFocusOnProblem(listed);
  useRefusal(problems, (found) => {
    setEdited((current) => current.refused(found));
    focusOnProblem();
  });

  function edit(next: EditedForm): void {
    setEdited(next);
    onDraft(next.draft && { form: next.draft });
  }

  function submit(form: EditedForm): void {
    if (isDisabled) return;
    const finished = form.finished(check, (field) => isHalfFilled(idOf(context, field)));
    if (finished.kind === 'fits') return send(finished.value, summaryOf(finished.value));
    edit(finished.edited);
    focusOnProblem();
  }

  function send(value: unknown, summary: string): void {
    confirmation.before(() => onSubmit({ value }, summary));
  }

  const yesOrNo = edited.json === undefined ? wholeYesOrNo(edited.form.fields) : undefined;
  return (
    <form
      class="answer-form"
      aria-label="Answer"
      noValidate
      onKeyDown={sendOnKeys}
      onSubmit={(event) => {
        event.preventDefault();
        submit(edited);
      }}
    >
      <ProblemSummary problems={listed} />
      {yesOrNo ? (
        <>
          <p class="form-help">{helpOf(yesOrNo)}</p>
          <Problems id={idOf(context, yesOrNo)} messages={edited.problems.get(yesOrNo.key) ?? []} />
        </>
      ) : (
        <Fields context={context} />
      )}
      {confirmation.field}
      <Agree question={question} isDisabled={isDisabled} onAgree={send} />
      <Buttons>
        {yesOrNo ? (
          <YesOrNo isDisabled={isDisabled} onChoose={(value) => submit(edited.chosen(yesOrNo, value))} />
        ) : (
          <button
            type="submit"
            class="form-primary"
            disabled={isDisabled}
            aria-disabled={confirmation.isGiven ? undefined : 'true'}
          >
            Send answer
          </button>
        )}
      </Buttons>
      <Forget
        entered={edited}
        isEmpty={edited.draft === undefined}
        isDisabled={isDisabled}
        onForget={() => edit(begin(undefined))}
        onBringBack={edit}
      />
    </form>
  );
}

/** The field of an answer that is yes or no. Two buttons give it. */
function wholeYesOrNo([first]: readonly Field[]): Field | undefined {
  return first?.kind === 'yes or no' && first.path === '' ? first : undefined;
}

interface YesOrNoProps {
  readonly isDisabled: boolean;
  readonly onChoose: (value: boolean) => void;
}

function YesOrNo({ isDisabled, onChoose }: YesOrNoProps): JSX.Element {
  return (
    <>
      <button
        type="button"
        class="form-primary"
        data-action="approve"
        disabled={isDisabled}
        onClick={() => onChoose(true)}
      >
        Yes
      </button>
      <button type="button" data-action="reject" disabled={isDisabled} onClick={() => onChoose(false)}>
        No
      </button>
    </>
  );
}
