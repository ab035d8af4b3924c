import { useEffect, useRef } from 'react';
import styles from './code-field.module.css';

const LENGTH = 6;

interface CodeFieldProps {
  value: string;
  /** The digits so far, at most six; whatever else was typed or pasted is left out. */
  onChange: (digits: string) => void;
  label: string;
  describedBy: string;
  invalid: boolean;
  disabled: boolean;
}

/** One input with `autocomplete="one-time-code"`, drawn as six boxes. */
export function CodeField({ value, onChange, label, describedBy, invalid, disabled }: CodeFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  // At the start, and again after a wrong code.
  useEffect(() => {
    if (!disabled) input.current?.focus();
  }, [disabled]);

  return (
    <div className={`${styles.code} ${invalid ? styles.invalid : ''}`}>
      <input
        ref={input}
        className={styles.input}
        type="text"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9]*"
        spellCheck={false}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        disabled={disabled}
        value={value}
        onChange={(event) => onChange(digitsOf(event.target.value))}
        onSelect={(event) => event.currentTarget.setSelectionRange(value.length, value.length)}
      />
      <div className={styles.boxes} aria-hidden>
        {Array.from({ length: LENGTH }, (_, place) => (
          <span
            key={place}
            className={`${styles.box} ${place === Math.min(value.length, LENGTH - 1) ? styles.next : ''}`}
          >
            {value[place] ?? ''}
          </span>
        ))}
      </div>
    </div>
  );
}

/** "Your code: 407 123." → "407123"; digits of other scripts count too. */
function digitsOf(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[^0-9]/g, '')
    .slice(0, LENGTH);
}
