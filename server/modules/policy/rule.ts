import type { MessageCategory } from '#contract/messages.ts';
import type { OrganizationSettings } from '#contract/organizations.ts';
import type { Floor } from '#contract/protection.ts';

/** What the rules may look at. */
export interface MessageFacts {
  readonly category: MessageCategory;
  /** What the sender asked for with this message. */
  readonly asked: {
    readonly portal: boolean;
    readonly tls: boolean;
    /** Days in the portal. */
    readonly expiresInDays: number | null;
  };
  readonly settings: Pick<OrganizationSettings, 'tlsFloor' | 'offerDays'>;
}

/** When a rule applies. */
export type Condition =
  | 'always'
  | { readonly category: readonly MessageCategory[] }
  | { readonly asked: keyof MessageFacts['asked'] };

/** What a rule demands when it applies. A name in place of a value is read from the facts. */
export interface Demands {
  readonly floor?: Floor | 'organization-setting';
  /** Days in the portal, at most. */
  readonly expiresInDays?: 'organization-setting' | 'as-asked';
  /** Kept until a person releases it. */
  readonly hold?: true;
  /** Never sent. */
  readonly block?: true;
}

export interface Rule {
  readonly name: string;
  readonly when: Condition;
  readonly demands: Demands;
  /** One plain sentence for the sender, when it applies. */
  readonly because: string;
  /** The same when it does not. */
  readonly otherwise: string;
}
