import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The workspace at `/`: hashed files, no inline scripts, nothing embedded, so a strict CSP holds. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  css: { transformer: 'lightningcss' },
  build: {
    outDir: '../../dist/web/workspace',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome111', 'safari16.4', 'firefox114'],
    chunkSizeWarningLimit: 700,
  },
});
