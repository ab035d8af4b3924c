import { OrganizationSettings } from '../../api/organization.ts';

const mebibyte = 1024 * 1024;

/** The settings as they stand in their form: sealers one a line, the largest message in MiB, numbers as typed. */
export type SettingsForm = {
  readonly [Key in keyof OrganizationSettings]: OrganizationSettings[Key] extends number
    ? number | string
    : OrganizationSettings[Key] extends string[]
      ? string
      : OrganizationSettings[Key];
};

export type SettingName = keyof OrganizationSettings;

export function toSettingsForm(settings: OrganizationSettings): SettingsForm {
  return {
    ...settings,
    messageSizeLimit: Math.round(settings.messageSizeLimit / mebibyte),
    trustedSealers: settings.trustedSealers.join('\n'),
  };
}

const names = OrganizationSettings.keyof().options;

type Read =
  | { readonly ok: true; readonly changes: Partial<OrganizationSettings> }
  | { readonly ok: false; readonly faults: Map<SettingName, string> };

/** What the form changes of the settings; or each that is wrong, with the entry of a list that makes it so. */
export function readSettingsForm(form: SettingsForm, before: OrganizationSettings): Read {
  const shown = toSettingsForm(before);
  const sealers = form.trustedSealers.split(/[\s,;]+/).filter((line) => line !== '');
  const given = {
    ...form,
    trustedSealers: sealers,
    // What was not touched stays to the byte, also where it is no whole number of MiB.
    messageSizeLimit:
      form.messageSizeLimit === shown.messageSizeLimit
        ? before.messageSizeLimit
        : Number(form.messageSizeLimit) * mebibyte,
  };
  const read = OrganizationSettings.safeParse(given);
  if (!read.success) {
    const faults = new Map<SettingName, string>();
    for (const { path } of read.error.issues) {
      const name = names.find((each) => each === path[0]);
      const entry = typeof path[1] === 'number' ? sealers[path[1]] : undefined;
      if (name !== undefined && !faults.has(name)) faults.set(name, entry ?? '');
    }
    return { ok: false, faults };
  }
  const changed = names.filter((name) => String(read.data[name]) !== String(before[name]));
  return { ok: true, changes: Object.fromEntries(changed.map((name) => [name, read.data[name]])) };
}
