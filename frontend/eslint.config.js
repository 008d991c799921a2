import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

// A Blob or FormData body ends the window's process on some web engines, and
// a File is a Blob: bodies are strings or bytes, and only lib/client.ts sends.
const bodies = ['Blob', 'FormData', 'File', 'XMLHttpRequest', 'fetch'].map((name) => ({
  name,
  message: 'Bodies are strings or Uint8Array, sent by lib/client.ts.',
}))

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/lib/api'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: {} },
    rules: {
      'no-undef': 'off', // the type checker knows better
      'no-restricted-globals': ['error', ...bodies],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name=/^(Blob|FormData|File)$/]',
          message: 'Bodies are strings or Uint8Array.',
        },
        {
          selector: 'MemberExpression[property.name="srcdoc"]',
          message: 'A mail body is a document of its own.',
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      // Sets, maps and dates that are replaced whole, never changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig, extraFileExtensions: ['.svelte'] } },
  },
  {
    files: ['src/lib/client.ts', 'dev/**', 'e2e/**', '**/*.test.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-syntax': 'off' },
  },
)
