import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The portal at `/p/…` and `/portal`: small, for phones of the last years, hashed files, a strict CSP. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/portal/',
  plugins: [react()],
  css: { transformer: 'lightningcss' },
  build: {
    outDir: '../../dist/web/portal',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome100', 'safari15', 'firefox100'],
  },
});
