import type { EmailAddress } from '../../api/jmap/types.ts';

/** The name a person gave, else the address. */
export function personName({ name, email }: EmailAddress): string {
  return name?.trim() || email;
}

/** "J. Patient +2" */
export function correspondents(people: readonly EmailAddress[] | null): string {
  const [first, ...others] = people ?? [];
  if (!first) return '';
  return others.length === 0 ? personName(first) : `${personName(first)} +${others.length}`;
}
