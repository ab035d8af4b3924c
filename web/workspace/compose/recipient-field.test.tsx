// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core';
import { useState } from 'react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { EmailAddress } from '../../api/jmap/types.ts';
import { click, press, render, type } from '../../ui/render-for-test.tsx';
import { RecipientField } from './recipient-field.tsx';

beforeAll(() => {
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: () => {},
    removeEventListener: () => {},
  }));
});

async function renderField() {
  function Host() {
    const [recipients, setRecipients] = useState<EmailAddress[]>([]);
    return (
      <MantineProvider>
        <RecipientField
          label="To"
          hint=""
          recipients={recipients}
          onChange={setRecipients}
          stateOf={(address) =>
            address.includes('@') ? { kind: 'known', protection: 'portal' } : { kind: 'invalid' }
          }
          whyOf={() => null}
        />
      </MantineProvider>
    );
  }
  const place = await render(<Host />);
  const input = place.querySelector('input');
  if (!input) throw new Error('There is no input');
  return {
    place,
    input,
    chips: () => [...place.querySelectorAll('[aria-label$="Show why"]')].map((chip) => chip.ariaLabel),
  };
}

describe('RecipientField', () => {
  it('makes a chip that says how the message would travel', async () => {
    const { input, chips } = await renderField();
    await type(input, 'a@x.test');
    await press(input, 'Enter');
    expect(chips()).toEqual(['a@x.test: Secure pick-up. Show why']);
    expect(input.value).toBe('');
  });

  it('says which address is not complete', async () => {
    const { input, chips } = await renderField();
    await type(input, 'nobody');
    await press(input, ',');
    expect(chips()).toEqual(['nobody: This is not a complete email address. Show why']);
  });

  it('takes the last one back to correct it, and removes any', async () => {
    const { place, input, chips } = await renderField();
    for (const address of ['a@x.test', 'b@x.test']) {
      await type(input, address);
      await press(input, ';');
    }
    await press(input, 'Backspace');
    expect(input.value).toBe('b@x.test');
    await click(place.querySelector('[aria-label="Remove a@x.test"]'));
    expect(chips()).toEqual([]);
  });
});
