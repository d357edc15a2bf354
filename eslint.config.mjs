import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { defineConfig } from 'eslint/config';

/** Names that do not exist, or do not repeat, inside the workflow sandbox. */
const NONDETERMINISTIC_GLOBALS = ['process', 'Buffer', 'fetch', 'performance', 'setImmediate'].map((name) => ({
  name,
  message: 'Workflows must be deterministic: do this in an activity.',
}));

export default defineConfig(
  { ignores: ['coverage/', '.pipeline/', '.pipeline-secure/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...NONDETERMINISTIC_GLOBALS],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!@temporalio/(workflow|common)$)[^.]',
              message: 'Workflows import @temporalio/workflow only.',
            },
            {
              regex: '/activities(?!/contracts/(failures|lane-progress|latency|report-interval|search-attributes)$)',
              allowTypeImports: true,
              message: 'Workflows import types of activities, and the values of pure contracts, only.',
            },
          ],
        },
      ],
    },
  },
  {
    // A number reads the same in every locale; `String(n)` around each adds nothing.
    files: ['**/*.ts'],
    rules: { '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }] },
  },
  {
    files: ['workflows/**/*.ts', 'activities/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only workers and deploy/local read the environment.' },
      ],
    },
  },
  { files: ['workers/**/*.ts', 'deploy/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  // The compiler knows the names of a browser.
  { files: ['kibana/page/*.js'], rules: { 'no-undef': 'off' } },
  {
    files: ['*.js', '*.cjs', 'test/support/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
);
