import type { portal } from '../portal/texts/en.ts';
import type { workspace } from '../workspace/texts/en.ts';
import type { ui } from './texts/en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'workspace';
    resources: { ui: typeof ui; workspace: typeof workspace; portal: typeof portal };
    returnNull: false;
  }
}
