export { createPolicyModule } from './module.ts';
export type { DecideRequest, PolicyModule, PolicyPorts } from './module.ts';
export type { Decision, WeighedRule } from './decision.ts';
export type { DecisionRow } from './decision-store.ts';
