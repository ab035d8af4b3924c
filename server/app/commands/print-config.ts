import { settings, type SettingName } from '../settings.ts';

/** Every setting with its value here; secrets are shown as set or not. */
export function printConfig(): void {
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting = settings[name];
    const given = process.env[name];
    const shown = 'secret' in setting && given !== undefined ? '(set)' : (given ?? setting.default);
    process.stdout.write(
      `${name}=${shown}${given === undefined ? '  (default)' : ''}\n    ${setting.meaning}\n`,
    );
  }
}
