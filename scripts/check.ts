/**
 * What CI runs first: types, lint, formatting, dead exports, composition and more, as many at a time as there are cores.
 * What a step prints is shown when it ends, with its name.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

type Step = readonly [name: string, module: string, ...args: string[]];

/** The longest first, so that none is left to run alone. */
const steps: readonly Step[] = [
  ['lint', 'node_modules/eslint/bin/eslint.js', '.'],
  ['types', 'node_modules/typescript/bin/tsc', '-b'],
  ['formatting', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['dead exports', 'node_modules/knip/bin/knip.js'],
  ['lists of domains', 'scripts/domains-command.ts', '--check'],
  ['composition', 'gateway/src/compose-command.ts', '--check'],
  ['generated pages', 'gateway/src/docs-command.ts', '--check'],
  ['advisories', 'scripts/advisories-command.ts'],
];

/** Runs a step; answers whether it has passed. */
function run([name, module, ...args]: Step): Promise<boolean> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [module, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => printed.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
      resolve(code === 0);
    });
  });
}

const left = [...steps];
const passed: boolean[] = [];
async function work(): Promise<void> {
  for (let step = left.shift(); step; step = left.shift()) passed.push(await run(step));
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
process.exitCode = passed.every(Boolean) ? 0 : 1;
