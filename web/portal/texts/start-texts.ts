import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { ui as uiEn } from '../../ui/texts/en.ts';
import { ui as uiEs } from '../../ui/texts/es.ts';
import { portal as en } from './en.ts';
import { portal as es } from './es.ts';

export const languages = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof languages;

const storageKey = 'carepost.language';

/** Loads the words in the language that was chosen here before, or that the device prefers. */
export async function startTexts(): Promise<void> {
  i18next.on('languageChanged', (language) => (document.documentElement.lang = language));
  await i18next.use(initReactI18next).init({
    lng: preferredLanguage(),
    fallbackLng: 'en',
    ns: ['portal', 'ui'],
    defaultNS: 'portal',
    resources: { en: { ui: uiEn, portal: en }, es: { ui: uiEs, portal: es } },
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
}

/** Changes the language and remembers it on this device. */
export async function chooseLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
  await i18next.changeLanguage(language);
}

function preferredLanguage(): Language {
  return [stored(), ...navigator.languages.map((tag) => tag.split('-')[0])].find(isLanguage) ?? 'en';
}

function stored(): string | undefined {
  try {
    return localStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined;
  }
}

function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(languages, tag);
}
