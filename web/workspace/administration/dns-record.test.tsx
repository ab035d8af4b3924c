// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { WantedRecord } from '../../api/domains.ts';
import { click, render } from '../../ui/render-for-test.tsx';
import { DnsRecord } from './dns-record.tsx';
import { useRecordAdvice } from './use-record-advice.ts';

const copied: string[] = [];
beforeAll(() => {
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: () => {},
    removeEventListener: () => {},
  }));
  Object.defineProperty(navigator, 'clipboard', {
    value: { writeText: async (text: string) => void copied.push(text) },
  });
});

function Advised({ records }: { records: readonly Pick<WantedRecord, 'purpose' | 'finding'>[] }) {
  const advise = useRecordAdvice();
  return (
    <MantineProvider>
      <ul>
        {records.map((record) => (
          <DnsRecord
            key={`${record.purpose} ${record.finding}`}
            title="Signing key"
            type="TXT"
            name="carepost1r._domainkey.clinic.example"
            value="v=DKIM1; p=AAAA"
            finding={record.finding}
            advice={advise(record)}
          />
        ))}
      </ul>
    </MantineProvider>
  );
}

const purposes = ['mail', 'spf', 'dmarc', 'dkim'] as const;

describe('DnsRecord', () => {
  it('copies the name and the value, each by a button that says which', async () => {
    const place = await render(<Advised records={[{ purpose: 'dkim', finding: 'right' }]} />);
    const buttons = [...place.querySelectorAll('button')];
    expect(buttons.map(({ ariaLabel }) => ariaLabel)).toEqual([
      'Copy the name: Signing key',
      'Copy the value: Signing key',
    ]);
    for (const button of buttons) await click(button);
    expect(copied).toEqual(['carepost1r._domainkey.clinic.example', 'v=DKIM1; p=AAAA']);
    expect(buttons.map(({ ariaLabel }) => ariaLabel)).toEqual(['Copied', 'Copied']);
  });

  it('says what to do for each purpose and each thing that can be wrong', async () => {
    const records = purposes.flatMap((purpose) =>
      (['missing', 'different'] as const).map((finding) => ({ purpose, finding })),
    );
    const place = await render(<Advised records={records} />);
    const said = [...place.querySelectorAll('p')].map(({ textContent }) => textContent);
    expect(new Set(said).size).toBe(records.length);
    expect(said.filter((words) => words === '' || words.startsWith('domains.'))).toEqual([]);
  });

  it('advises nothing where nothing is to be done', async () => {
    const records = (['right', null] as const).map((finding) => ({ purpose: 'spf' as const, finding }));
    const place = await render(<Advised records={records} />);
    expect(place.querySelectorAll('li')).toHaveLength(2);
    expect(place.querySelector('p')).toBeNull();
  });
});
