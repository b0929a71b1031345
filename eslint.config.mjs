import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { domainFolders } from './kit/src/domains.ts';

/** Dependencies point one way: gateway → subgraphs → access → kit. A rule for each arrow that must not be drawn. */
const forbid = (files, patterns, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] },
});

export default tseslint.config(
  { ignores: ['**/generated/', '**/dist/', '.cache/', '.data/', '**/*.mjs', 'console/vite.config.ts'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, properties: false } },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/only-throw-error': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme'] }],
    },
  },
  forbid(
    ['access/src/**'],
    ['@cdx/*', '!@cdx/kit', '!@cdx/kit/*'],
    'The access matrix knows no code of a domain.',
  ),
  forbid(['kit/src/**'], ['@cdx/*', '!@cdx/kit'], 'The kit knows no domain.'),
  ...domainFolders.map(({ name }) =>
    forbid(
      [`subgraphs/${name}/**`],
      [
        '@cdx/*',
        '!@cdx/kit',
        '!@cdx/kit/*',
        '!@cdx/access',
        '!@cdx/access/*',
        `!@cdx/prisma-${name}`,
        `!@cdx/prisma-${name}/*`,
      ],
      'A subgraph knows the kit, the access matrix and its own database, and nothing else of the product.',
    ),
  ),
  forbid(['demo/src/**'], ['@cdx/*'], 'The demo’s helpers know no domain.'),
  forbid(
    ['prisma/*/demo/**'],
    ['@cdx/*', '!@cdx/demo'],
    'The demo data of a domain is rows of its own tables.',
  ),
  forbid(['databases/src/**'], ['@cdx/gateway/*'], 'Only the gateway’s public module.'),
);
