// @vitest-environment jsdom
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { render, type } from '../../ui/render-for-test.tsx';
import { CodeField } from './code-field.tsx';

async function renderField() {
  const seen: string[] = [];
  function Host() {
    const [code, setCode] = useState('');
    const change = (digits: string) => {
      seen.push(digits);
      setCode(digits);
    };
    return (
      <CodeField
        value={code}
        onChange={change}
        label="Code"
        describedBy=""
        invalid={false}
        disabled={false}
      />
    );
  }
  const place = await render(<Host />);
  const input = place.querySelector('input');
  if (!input) throw new Error('There is no input');
  return { place, input, seen };
}

describe('CodeField', () => {
  it('is one input that phones know to fill', async () => {
    const { place, input } = await renderField();
    expect(place.querySelectorAll('input')).toHaveLength(1);
    expect(input.autocomplete).toBe('one-time-code');
    expect(input.inputMode).toBe('numeric');
    expect(document.activeElement).toBe(input);
  });

  it('takes the digits out of whatever is pasted', async () => {
    const { input, seen } = await renderField();
    for (const pasted of ['407 123', 'Your code: 407-123.', '４０７１２３', '4071234', 'abc'])
      await type(input, pasted);
    expect(seen).toEqual(['407123', '407123', '407123', '407123', '']);
  });

  it('draws each digit in its box', async () => {
    const { place, input } = await renderField();
    await type(input, '407');
    expect([...place.querySelectorAll('[aria-hidden] > span')].map((box) => box.textContent)).toEqual([
      '4',
      '0',
      '7',
      '',
      '',
      '',
    ]);
  });
});
