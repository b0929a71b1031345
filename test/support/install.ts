import { execFileSync } from 'node:child_process';

/** Installs a package of Debian's, after whoever is installing another. */
export function install(name: string): void {
  const options = '-y -q --no-install-recommends -o DPkg::Lock::Timeout=300';
  const commands = `apt-get update -q && apt-get install ${options} ${name}`;
  // `apt-get update` would not wait. What a package starts does not hold the lock on: it is closed for the commands.
  execFileSync('flock', ['--close', '/var/lib/apt', 'sh', '-c', commands], { stdio: 'ignore' });
}
