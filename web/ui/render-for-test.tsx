import i18next from 'i18next';
import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { initReactI18next } from 'react-i18next';
import { onTestFinished } from 'vitest';
import { portal } from '../portal/texts/en.ts';
import { workspace } from '../workspace/texts/en.ts';
import { ui } from './texts/en.ts';

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean;
}

/** Renders into the document of a test, with the English words. */
export async function render(node: ReactNode): Promise<HTMLElement> {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  await i18next.use(initReactI18next).init({
    lng: 'en',
    defaultNS: 'workspace',
    resources: { en: { ui, workspace, portal } },
    interpolation: { escapeValue: false },
  });
  const place = document.body.appendChild(document.createElement('div'));
  const root = createRoot(place);
  await settled(() => root.render(node));
  onTestFinished(async () => {
    await settled(() => root.unmount());
    place.remove();
  });
  return place;
}

/** Sets the value of a controlled input as typing or pasting does. */
export async function type(input: HTMLInputElement, value: string): Promise<void> {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
  await settled(() => {
    set?.call(input, value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

export async function press(element: Element, key: string): Promise<void> {
  await settled(() =>
    element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })),
  );
}

export async function click(element: Element | null): Promise<void> {
  await settled(() => element?.dispatchEvent(new MouseEvent('click', { bubbles: true })));
}

/** Does something and waits for the renders that follow, also those a turn later. */
async function settled(change: () => unknown): Promise<void> {
  await act(async () => {
    change();
    await new Promise((resolve) => setTimeout(resolve));
  });
}
