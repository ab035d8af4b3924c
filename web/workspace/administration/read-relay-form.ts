import { NewRelay, type RelayKind, type RelayView } from '../../api/gateway.ts';

/** A relay as it stands in its form: lists are text, one entry a line. */
export interface RelayForm {
  readonly name: string;
  readonly kind: RelayKind;
  readonly networks: string;
  readonly fingerprints: string;
  readonly certificateNames: string;
  readonly senderDomains: readonly string[];
  readonly userId: string;
}

/** What can be wrong with a form, by field; `ways`: nothing says how the server is recognised. */
export type RelayFault = keyof Omit<RelayForm, 'kind'> | 'ways';

export const emptyRelay: RelayForm = {
  name: '',
  kind: 'own-server',
  networks: '',
  fingerprints: '',
  certificateNames: '',
  senderDomains: [],
  userId: '',
};

const lines = (text: string): string[] => text.split(/[\s,;]+/).filter((line) => line !== '');

export function toRelayForm({ networks, fingerprints, certificateNames, ...relay }: RelayView): RelayForm {
  return {
    ...relay,
    networks: networks.join('\n'),
    fingerprints: fingerprints.join('\n'),
    certificateNames: certificateNames.join('\n'),
  };
}

type Read =
  | { readonly ok: true; readonly relay: NewRelay }
  | { readonly ok: false; readonly faults: Map<RelayFault, string> };

/** The relay, or each field that is wrong with the entry that makes it so, empty where that is the whole field. */
export function readRelayForm(form: RelayForm): Read {
  const given = {
    name: form.name,
    kind: form.kind,
    networks: lines(form.networks),
    fingerprints: lines(form.fingerprints),
    certificateNames: lines(form.certificateNames),
    senderDomains: [...form.senderDomains],
    userId: form.userId,
  };
  const read = NewRelay.safeParse(given);
  if (read.success) return { ok: true, relay: read.data };
  const faults = new Map<RelayFault, string>();
  for (const { path } of read.error.issues) {
    const field = faultyFields.find((each) => each === path[0]);
    const entries = field === undefined ? undefined : given[field];
    const entry = Array.isArray(entries) && typeof path[1] === 'number' ? entries[path[1]] : undefined;
    if (!faults.has(field ?? 'ways')) faults.set(field ?? 'ways', entry ?? '');
  }
  return { ok: false, faults };
}

const faultyFields = [
  'name',
  'networks',
  'fingerprints',
  'certificateNames',
  'senderDomains',
  'userId',
] as const satisfies readonly RelayFault[];
