import { describe, expect, it } from 'vitest';
import { OrganizationSettings } from '../../api/organization.ts';
import { readSettingsForm, toSettingsForm } from './read-settings-form.ts';

const before = OrganizationSettings.parse({ portalName: 'Clinic', messageSizeLimit: 1024 * 1024 + 1 });
const read = (part: Partial<ReturnType<typeof toSettingsForm>>) =>
  readSettingsForm({ ...toSettingsForm(before), ...part }, before);

describe('readSettingsForm', () => {
  it('changes nothing that was not touched', () => {
    expect(read({})).toEqual({ ok: true, changes: {} });
  });

  it('sends what was changed, and that alone', () => {
    expect(read({ trustedSealers: 'Lists.example\n forwarder.example,' })).toEqual({
      ok: true,
      changes: { trustedSealers: ['lists.example', 'forwarder.example'] },
    });
    expect(read({ messageSizeLimit: 50, infectedMail: 'quarantine' })).toEqual({
      ok: true,
      changes: { messageSizeLimit: 50 * 1024 * 1024, infectedMail: 'quarantine' },
    });
  });

  it.each([
    [{ trustedSealers: 'lists.example\nno name' }, ['trustedSealers', 'no']],
    [{ quarantineDays: '' }, ['quarantineDays', '']],
    [{ quarantineDays: 91 }, ['quarantineDays', '']],
    [{ messageSizeLimit: 101 }, ['messageSizeLimit', '']],
    [{ portalName: ' ' }, ['portalName', '']],
  ])('names what is wrong: %o', (part, fault) => {
    const answer = read(part);
    expect(answer.ok ? null : [...answer.faults][0]).toEqual(fault);
  });
});
