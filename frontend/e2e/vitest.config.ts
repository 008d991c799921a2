import { defineConfig } from 'vitest/config'

/** Browser tests of the built program; `npm run e2e` after build/run or build/test built it. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.test.ts'],
    globalSetup: ['e2e/setup.ts'],
    fileParallelism: false, // one browser, one demo, two cores
    testTimeout: 90_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
  },
})
