/** Programs of LangGraph's documentation, one file each, with the names that they have there. */
export { essay } from './essay.ts';
export { optimizerWorkflow } from './evaluator.ts';
export { multiTurnGraph } from './handover.ts';
export { orchestratorWorker } from './orchestrator.ts';
export { agent } from './review.ts';
export { routerWorkflow } from './router.ts';
