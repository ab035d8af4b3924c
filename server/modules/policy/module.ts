import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { Decision } from './decision.ts';
import { findDecision, insertDecisions, type DecisionRow } from './decision-store.ts';
import { defaultRules } from './default-rules.ts';
import { weighRules } from './weigh-rules.ts';

export interface PolicyPorts {
  readonly clock: Clock;
  readonly organizations: Pick<OrganizationsModule, 'get'>;
}

/** A message, as far as the rules look at it. */
export interface DecideRequest {
  readonly organizationId: OrganizationId;
  readonly category: MessageCategory;
  /** What the sender asked for. */
  readonly options?: {
    readonly protection?: 'portal' | undefined;
    readonly requireTls?: boolean | undefined;
    readonly expiresInDays?: number | undefined;
  };
}

export interface PolicyModule {
  /** What the rules make of a message. Throws only when the organisation is unknown; a refusal is a Decision. */
  decide(tx: Tx, request: DecideRequest): Promise<Decision>;
  /** Keeps the decisions about messages; the first one about a message stays. */
  saveDecisions(tx: Tx, organizationId: OrganizationId, rows: readonly DecisionRow[]): Promise<void>;
  decisionOf(tx: Tx, organizationId: OrganizationId, messageId: MessageId): Promise<Decision | null>;
}

export function createPolicyModule({ clock, organizations }: PolicyPorts): PolicyModule {
  return {
    async decide(tx, { organizationId, category, options = {} }) {
      const { settings } = await organizations.get(tx, organizationId);
      return weighRules(defaultRules, {
        category,
        asked: {
          portal: options.protection === 'portal',
          tls: options.requireTls === true,
          expiresInDays: options.expiresInDays ?? null,
        },
        settings,
      });
    },
    saveDecisions: (tx, organizationId, rows) => insertDecisions(tx, organizationId, rows, clock.now()),
    decisionOf: findDecision,
  };
}
