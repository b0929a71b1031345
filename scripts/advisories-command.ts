/**
 * `node scripts/advisories-command.ts`: asks the package registry for grave advisories about what the product depends
 * on at run time. A registry that does not answer is told, and is no failure: the check works offline.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { judgeAdvisories, type Accepted } from './judge-advisories.ts';

const patienceMs = 15_000;
const root = fileURLToPath(new URL('../', import.meta.url));
const readJson = (path: string): unknown => JSON.parse(readFileSync(`${root}${path}`, 'utf8'));

const { packageManager } = readJson('package.json') as { readonly packageManager: string };
const pnpm = `.cache/pnpm/${packageManager.replace('pnpm@', '')}/node_modules/pnpm/bin/pnpm.cjs`;
const { stdout } = spawnSync(process.execPath, [pnpm, 'audit', '--prod', '--audit-level', 'high', '--json'], {
  cwd: root,
  timeout: patienceMs,
  killSignal: 'SIGKILL',
  encoding: 'utf8',
});

const accepted = readJson('scripts/accepted-advisories.json') as readonly Accepted[];
const today = new Date().toISOString().slice(0, 10);
const judgement = judgeAdvisories(stdout, accepted, today);
if (judgement.kind === 'unknown') {
  console.log(`The registry says nothing about advisories, so they were not checked: ${judgement.why}`);
} else {
  for (const { id, package: name, title, url } of judgement.open)
    console.log(`${name}: ${title} (${id}, ${url})`);
  if (judgement.open.length > 0) {
    console.log('Update the packages, or accept an advisory in scripts/accepted-advisories.json.');
    process.exitCode = 1;
  }
}
