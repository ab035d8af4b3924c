import { useEffect, useMemo, useState } from 'react';
import type { MessageCategory } from '#contract/messages.ts';
import type { EmailAddress } from '../../api/jmap/types.ts';
import type { SendOptions } from '../../api/mail/draft.ts';
import { usePreview, type PreviewQuestion, type RecipientPreview } from '../../api/messages.ts';
import type { ChipState } from '../../ui/recipient-chip.tsx';
import { looksComplete, sameAddress } from './parse-recipients.ts';

export interface Plan {
  stateOf: (address: string) => ChipState;
  previewOf: (address: string) => RecipientPreview | undefined;
  recipients: readonly RecipientPreview[];
  /** A refusal that is about the message, not about one address. */
  error: unknown;
}

interface PlanInput {
  to: EmailAddress[];
  cc: EmailAddress[];
  bcc: EmailAddress[];
  category: MessageCategory;
  options: SendOptions;
}

const QUIET_MS = 300;

/** What would happen for each recipient, asked again a moment after anything that matters changed. */
export function usePlan({ to, cc, bcc, category, options }: PlanInput): Plan {
  const question = useQuiet(
    useMemo<PreviewQuestion>(
      () => ({ to: askable(to), cc: askable(cc), bcc: askable(bcc), category, options }),
      [to, cc, bcc, category, options],
    ),
  );
  const { data, isError, error } = usePreview(question);
  // The answer before the last change still counts for those who are still there.
  const everyone = [...to, ...cc, ...bcc];
  const recipients = (data?.recipients ?? []).filter(({ address }) =>
    everyone.some(({ email }) => sameAddress(email, address)),
  );
  const previewOf = (address: string) => recipients.find((known) => sameAddress(known.address, address));

  return {
    previewOf,
    recipients,
    error,
    stateOf: (address) => {
      if (!looksComplete(address) || data?.unreadable.includes(address)) return { kind: 'invalid' };
      const found = previewOf(address);
      if (!found) return { kind: isError ? 'unknown' : 'checking' };
      return found.outcome === 'block'
        ? { kind: 'blocked' }
        : { kind: 'known', protection: found.protection };
    },
  };
}

function askable(list: EmailAddress[]): string[] {
  return list.map(({ email }) => email).filter(looksComplete);
}

/** The value as it was once it stopped changing. */
function useQuiet<T>(value: T): T {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return quiet;
}
