/** What CI runs first: types, lint, formatting, dead exports, composition and more, each named when it fails. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const steps: readonly (readonly [name: string, module: string, ...args: string[]])[] = [
  ['types', 'node_modules/typescript/bin/tsc', '-b'],
  ['lint', 'node_modules/eslint/bin/eslint.js', '.'],
  ['formatting', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['dead exports', 'node_modules/knip/bin/knip.js'],
  ['lists of domains', 'scripts/domains-command.ts', '--check'],
  ['composition', 'gateway/src/compose-command.ts', '--check'],
  ['generated pages', 'gateway/src/docs-command.ts', '--check'],
  ['advisories', 'scripts/advisories-command.ts'],
];

const failed = steps.filter(([name, module, ...args]) => {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, [module, ...args], { cwd: root, stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  return status !== 0;
});
process.exitCode = failed.length === 0 ? 0 : 1;
