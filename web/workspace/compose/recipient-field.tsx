import { useId, useState, type ClipboardEvent, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import type { EmailAddress } from '../../api/jmap/types.ts';
import { RecipientChip, type ChipState } from '../../ui/recipient-chip.tsx';
import { mergeRecipients, parseRecipients, sameAddress } from './parse-recipients.ts';
import styles from './recipient-field.module.css';

interface RecipientFieldProps {
  label: string;
  hint: string;
  recipients: readonly EmailAddress[];
  onChange: (recipients: EmailAddress[]) => void;
  stateOf: (address: string) => ChipState;
  whyOf: (address: string) => ReactNode;
  inputRef?: Ref<HTMLInputElement>;
  autoFocus?: boolean;
  children?: ReactNode;
}

/** Addresses as chips. Enter, comma, semicolon, a pasted list and leaving the field make chips; Backspace takes the last one back. */
export function RecipientField({
  label,
  hint,
  recipients,
  onChange,
  stateOf,
  whyOf,
  inputRef,
  autoFocus,
  children,
}: RecipientFieldProps) {
  const id = useId();
  const [text, setText] = useState('');

  const commit = (typed: string) => {
    const added = parseRecipients(typed);
    if (added.length > 0) onChange(mergeRecipients(recipients, added));
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const ends =
      event.key === 'Enter' ||
      event.key === ',' ||
      event.key === ';' ||
      (event.key === ' ' && text.includes('@'));
    if (ends && !event.ctrlKey && !event.metaKey && !/"[^"]*$/.test(text)) {
      if (text.trim() === '' && event.key === 'Enter') return;
      event.preventDefault();
      commit(text);
    }
    if (event.key === 'Backspace' && text === '' && recipients.length > 0) {
      event.preventDefault();
      const last = recipients.at(-1);
      onChange(recipients.slice(0, -1));
      setText(last?.email ?? '');
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData('text');
    if (!/[,;\n]/.test(pasted)) return;
    event.preventDefault();
    commit(text + pasted);
  };

  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.area}>
        {recipients.map((recipient) => (
          <RecipientChip
            key={recipient.email}
            address={recipient.email}
            name={recipient.name ?? undefined}
            state={stateOf(recipient.email)}
            why={whyOf(recipient.email)}
            onRemove={() => onChange(recipients.filter((kept) => !sameAddress(kept.email, recipient.email)))}
          />
        ))}
        <input
          ref={inputRef}
          id={id}
          type="text"
          inputMode="email"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opening a window to write is the person's own act
          autoFocus={autoFocus}
          placeholder={recipients.length === 0 ? hint : ''}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => text.trim() !== '' && commit(text)}
        />
      </div>
      {children}
    </div>
  );
}

export { styles as recipientFieldStyles };
