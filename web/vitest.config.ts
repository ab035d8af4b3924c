import { defineConfig } from 'vitest/config';

/** Tests of logic and components: `vitest run --root web`. Those that need a page say so in their first line. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});
