import { NewForwarding, type ForwardingView } from '../../api/forwarding.ts';

/** A forwarding address as it stands in its form: targets are text, one a line. */
export interface ForwardingForm {
  readonly address: string;
  readonly targets: string;
  readonly keepsCopy: boolean;
}

export type ForwardingField = keyof ForwardingForm;

export const emptyForwarding: ForwardingForm = { address: '', targets: '', keepsCopy: false };

export function toForwardingForm({ address, targets, keepsCopy }: ForwardingView): ForwardingForm {
  return { address, targets: targets.join('\n'), keepsCopy };
}

/** What is wrong with the address, and with the targets: which entry, or their number (''). */
export type ForwardingFaults = Partial<Record<'address' | 'targets', string>>;

type Read =
  | { readonly ok: true; readonly forwarding: NewForwarding }
  | { readonly ok: false; readonly faults: ForwardingFaults };

export function readForwardingForm(form: ForwardingForm): Read {
  const targets = form.targets.split(/[\s,;]+/).filter((each) => each !== '');
  const read = NewForwarding.safeParse({ ...form, targets });
  if (read.success) return { ok: true, forwarding: read.data };
  const faults: ForwardingFaults = {};
  for (const { path } of read.error.issues) {
    const [field, at] = path;
    if (field === 'address') faults.address ??= form.address;
    else faults.targets ??= typeof at === 'number' ? (targets[at] ?? '') : '';
  }
  return { ok: false, faults };
}

/** Beside which field a refusal of the server belongs; what is not here stands below all. */
export const fieldOfRefusal: ReadonlyMap<string, ForwardingField> = new Map([
  ['invalid-domain', 'address'],
  ['address-taken', 'address'],
  ['forwarding-loop', 'targets'],
  ['no-mailbox', 'keepsCopy'],
]);
