import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { ui } from '../../ui/texts/en.ts';
import { workspace } from './en.ts';

/** Loads the words of the workspace. English is the only language of staff so far. */
export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    ns: ['workspace', 'ui'],
    defaultNS: 'workspace',
    resources: { en: { ui, workspace } },
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
}
