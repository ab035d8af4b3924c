import { isAtLeast, type Floor } from '#contract/protection.ts';
import type { Decision, WeighedRule } from './decision.ts';
import type { Condition, Demands, MessageFacts, Rule } from './rule.ts';

/** Below this nothing goes, whatever the rules say. */
const lowestFloor: Floor = 'tls-opportunistic';

/** Strictest wins: the outcome does not depend on the order of the rules, and one more never weakens it. */
export function weighRules(rules: readonly Rule[], facts: MessageFacts): Decision {
  const applied = rules.filter((rule) => holds(rule.when, facts)).map((rule) => rule.demands);
  return {
    floor: applied.map((demands) => floorOf(demands, facts)).reduce(stronger, lowestFloor),
    hold: applied.some((demands) => demands.hold === true),
    block: applied.some((demands) => demands.block === true),
    expiresInDays: Math.min(facts.settings.offerDays, ...applied.map((demands) => daysOf(demands, facts))),
    rules: rules.map((rule) => weigh(rule, facts)),
  };
}

function weigh(rule: Rule, facts: MessageFacts): WeighedRule {
  if (!holds(rule.when, facts)) return { rule: rule.name, outcome: 'not-applied', because: rule.otherwise };
  const floor = rule.demands.floor === undefined ? {} : { floor: floorOf(rule.demands, facts) };
  return { rule: rule.name, outcome: 'applied', ...floor, because: rule.because };
}

function holds(condition: Condition, facts: MessageFacts): boolean {
  if (condition === 'always') return true;
  if ('category' in condition) return condition.category.includes(facts.category);
  const asked = facts.asked[condition.asked];
  return asked !== false && asked !== null;
}

function floorOf(demands: Demands, facts: MessageFacts): Floor {
  return demands.floor === 'organization-setting' ? facts.settings.tlsFloor : (demands.floor ?? lowestFloor);
}

function daysOf(demands: Demands, facts: MessageFacts): number {
  const asked = demands.expiresInDays === 'as-asked' ? facts.asked.expiresInDays : null;
  return asked ?? facts.settings.offerDays;
}

function stronger(one: Floor, other: Floor): Floor {
  return isAtLeast(one, other) ? one : other;
}
