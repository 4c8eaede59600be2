/** The form of an approval: what is proposed, and a decision about each action. */
import type { Decision } from '../../protocol/approval.ts';
import type { JSX } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import type { ApprovalView } from '../../inbox/api.ts';
import { listOf } from '../../protocol/json-object.ts';
import type { Interrupt } from '../../protocol/shapes.ts';
import { actionProblems, DecisionPanel, halfFilled, Proposal, Remembering, type ActionContext } from './action.tsx';
import type { AnswerFormProps, ReadyAnswer } from './answer-form.tsx';
import {
  beginAction,
  decide,
  decisionSummary,
  draftOf,
  problemsByAction,
  refusedAction,
  rulesOf,
  type ArgumentRules,
  type DecisionType,
  type EditedAction,
} from './edited-action.ts';
import { useConfirmation, useFocusOnProblem, useRefusal } from './form-hooks.tsx';
import { Problems, ProblemSummary } from './problems.tsx';
import { sendOnKeys } from './send-keys.ts';
import { Agree, Buttons, Forget } from './sending.tsx';

export interface ApprovalFormProps extends AnswerFormProps {
  readonly approval: ApprovalView;
}

export function ApprovalForm(props: ApprovalFormProps): JSX.Element {
  const { item, approval, draft, onDraft, problems, isDisabled, onSubmit } = props;
  const { question } = item;
  const prefix = useId();
  const rules = useMemo(() => approval.actions.map(rulesOf), [approval]);
  const [actions, setActions] = useState(() => begin(approval, rules, draft));
  const confirmation = useConfirmation(question.confirm, `${prefix}-confirm`, isDisabled);
  const contexts = actions.map((action, i): ActionContext => ({
    action,
    onEdit: (next) => edit(actions.map((one, j) => (j === i ? next : one))),
    prefix: `${prefix}-${i}`,
    isDisabled,
  }));
  const listed = contexts.flatMap(actionProblems);
  const focusOnProblem = useFocusOnProblem(listed);
  useRefusal(problems, (found) => {
    const byAction = problemsByAction(actions.length, found);
    setActions((current) => current.map((action, i) => refusedAction(action, byAction[i] ?? [])));
    focusOnProblem();
  });

  function edit(next: readonly EditedAction[]): void {
    setActions(next);
    const kept = next.map(draftOf);
    onDraft(kept.some((one) => one !== undefined) ? { actions: kept.map((one) => one ?? null) } : undefined);
  }

  const choose = (index: number, type: DecisionType | undefined): void =>
    edit(actions.map((action, i) => (i === index ? { ...action, type, problems: {} } : action)));

  function submit(decided: readonly EditedAction[]): void {
    if (isDisabled) return;
    const results = decided.map((action, i) => decide(action, rules[i]!, halfFilled(contexts[i]!)));
    const decisions = results.flatMap((result) => ('decision' in result ? [result.decision] : []));
    if (decisions.length === results.length) return send({ decisions }, summaryOf(decided, decisions));
    edit(results.map((result, i) => ('wrong' in result ? result.wrong : decided[i]!)));
    focusOnProblem();
  }

  const send = (answer: ReadyAnswer, summary: string): void => confirmation.before(() => onSubmit(answer, summary));

  const only = contexts.length === 1 ? contexts[0] : undefined;
  return (
    <form
      class="answer-form"
      aria-label="Decision"
      noValidate
      onKeyDown={sendOnKeys}
      onSubmit={(event) => {
        event.preventDefault();
        // The Enter key alone approves nothing.
        if (!only || only.action.type !== undefined) submit(actions);
      }}
    >
      <ProblemSummary problems={listed} />
      {only ? (
        <One context={only} />
      ) : (
        contexts.map((context, i) => (
          <Several key={i} context={context} isNext={i === nextIndex(actions)} onChoose={(type) => choose(i, type)} />
        ))
      )}
      {confirmation.field}
      <Agree item={item} isDisabled={isDisabled} onAgree={(value, summary) => send({ value }, summary)} />
      <p class="form-help">{approvalStep(question, actions)}</p>
      <Buttons>
        {only ? (
          <OneButtons
            context={only}
            onChoose={(type) => choose(0, type)}
            onDecide={(type) => submit([{ ...only.action, type }])}
          />
        ) : (
          <SeveralButtons actions={actions} isDisabled={isDisabled} onDecide={submit} />
        )}
      </Buttons>
      <Forget
        entered={actions}
        isEmpty={actions.every(isUntouched)}
        isDisabled={isDisabled}
        onForget={() => edit(begin(approval, rules, undefined))}
        onBringBack={edit}
      />
    </form>
  );
}

/** Whether nothing was entered that others could read. Which button was pressed tells them nothing. */
function isUntouched(action: EditedAction): boolean {
  return draftOf({ ...action, type: undefined }) === undefined;
}

/** What an approval does. */
function approvalStep({ by }: Interrupt, [action, ...others]: readonly EditedAction[]): string {
  const { type, view } = action!;
  if (others.length > 0) return 'What you approve happens as soon as you have sent your decisions.';
  if (type === 'reject' || type === 'respond' || !view.allows.includes('approve')) return '';
  const { quorum = 1 } = by ?? {};
  const when = quorum > 1 ? `as soon as ${quorum} people approve the same` : 'as soon as you approve';
  return type === 'edit' ? `It happens with your changes, ${when}.` : `It happens as shown, ${when}.`;
}

function summaryOf(actions: readonly EditedAction[], decisions: readonly Decision[]): string {
  const [[action], [decision]] = [actions, decisions];
  return decisions.length === 1 && action && decision
    ? decisionSummary(action, decision)
    : `Send ${decisions.length} decisions`;
}

function begin(
  { actions }: ApprovalView,
  rules: readonly ArgumentRules[],
  draft: AnswerFormProps['draft'],
): readonly EditedAction[] {
  const kept = listOf(draft?.['actions']);
  return actions.map((view, i) => beginAction(view, rules[i]!, kept[i]));
}

/** The first action that nothing is decided about: the keys of the page are for it. */
function nextIndex(actions: readonly EditedAction[]): number {
  return actions.findIndex(({ type }) => type === undefined);
}

function One({ context }: { readonly context: ActionContext }): JSX.Element {
  const { type, view, problems } = context.action;
  const problem = problems.type;
  const isRememberable = view.allows.some((one) => one === 'approve' || one === 'reject');
  return (
    <>
      <Proposal context={context} />
      {type === undefined && isRememberable && <Remembering context={context} />}
      <DecisionPanel context={context} />
      <Problems id={`${context.prefix}-type`} messages={problem === undefined ? [] : [problem]} />
    </>
  );
}

const BUTTONS: Readonly<Record<DecisionType, string>> = {
  approve: 'Approve',
  edit: 'Edit',
  reject: 'Reject',
  respond: 'Respond',
};
const SENDS: Readonly<Record<DecisionType, string>> = {
  approve: 'Approve',
  edit: 'Approve with changes',
  reject: 'Reject',
  respond: 'Send response',
};

interface OneButtonsProps {
  readonly context: ActionContext;
  /** Opens what goes with a decision. */
  readonly onChoose: (type: DecisionType | undefined) => void;
  /** Sends a decision. */
  readonly onDecide: (type: DecisionType) => void;
}

function OneButtons({ context: { action, isDisabled }, onChoose, onDecide }: OneButtonsProps): JSX.Element {
  const { type, view } = action;
  if (type !== undefined && type !== 'approve') {
    return (
      <>
        <button type="submit" class={type === 'reject' ? 'form-danger' : 'form-primary'} disabled={isDisabled}>
          {SENDS[type]}
        </button>
        <button type="button" disabled={isDisabled} onClick={() => onChoose(undefined)}>
          Back
        </button>
      </>
    );
  }
  return (
    <>
      {view.allows.map((one) => (
        <button
          key={one}
          type="button"
          class={one === 'approve' ? 'form-primary' : ''}
          data-action={one}
          disabled={isDisabled}
          // Nothing goes with an approval, nor with a rejection that takes no reason.
          onClick={() =>
            one === 'approve' || (one === 'reject' && view.reasons === false) ? onDecide(one) : onChoose(one)
          }
        >
          {BUTTONS[one]}
        </button>
      ))}
    </>
  );
}

interface SeveralProps {
  readonly context: ActionContext;
  /** Whether the keys of the page are for it. */
  readonly isNext: boolean;
  readonly onChoose: (type: DecisionType | undefined) => void;
}

/** One of several actions: its decision is chosen here, and sent with the others. */
function Several({ context, isNext, onChoose }: SeveralProps): JSX.Element {
  const { action, prefix, isDisabled } = context;
  const problem = action.problems.type;
  return (
    <section class="action-card">
      <Proposal context={context} />
      <div
        class="decision-choice"
        role="group"
        aria-label={`Decision about ${action.view.name}`}
        id={`${prefix}-type`}
        tabIndex={-1}
      >
        {action.view.allows.map((one) => (
          <button
            key={one}
            type="button"
            data-action={isNext ? one : undefined}
            aria-pressed={action.type === one}
            disabled={isDisabled}
            onClick={() => onChoose(action.type === one ? undefined : one)}
          >
            {BUTTONS[one]}
          </button>
        ))}
      </div>
      <Problems id={`${prefix}-type-problem`} messages={problem === undefined ? [] : [problem]} />
      <DecisionPanel context={context} />
    </section>
  );
}

interface SeveralButtonsProps {
  readonly actions: readonly EditedAction[];
  readonly isDisabled: boolean;
  readonly onDecide: (actions: readonly EditedAction[]) => void;
}

function SeveralButtons({ actions, isDisabled, onDecide }: SeveralButtonsProps): JSX.Element {
  const isOpen = actions.every(({ view, type }) => view.allows.includes('approve') && type === undefined);
  return (
    <>
      <button type="submit" class="form-primary" disabled={isDisabled}>
        Send {actions.length} decisions
      </button>
      {isOpen && (
        <button
          type="button"
          disabled={isDisabled}
          onClick={() => onDecide(actions.map((action) => ({ ...action, type: 'approve' })))}
        >
          Approve all
        </button>
      )}
    </>
  );
}
