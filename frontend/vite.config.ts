import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { fixtures } from './dev/plugin.ts'

// GUICHET_API names a running program to develop against; without it the
// made-up answers of dev/ are served.
const api = process.env['GUICHET_API']

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), ...(api || mode === 'production' ? [] : [fixtures()])],
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  server: {
    host: '127.0.0.1',
    fs: { allow: ['..'] },
    ...(api ? { proxy: { '/api': api, '/m': api, '/shell': api } } : {}),
  },
  build: {
    target: 'es2022',
    // The strict policy has no data: but for images, and the fonts are files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    reportCompressedSize: true,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'dev/**/*.test.ts'],
    restoreMocks: true,
  },
}))
