/**
 * Makes what is generated and not in git: the Prisma clients with their table descriptors, the types of resolvers, the
 * playground. Each only when what it is made from has changed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Something that is made from files. */
interface Step {
  readonly name: string;
  /** What it is made from: globs, relative to the root. */
  readonly inputs: readonly string[];
  /** A file that is there when it has been made. */
  readonly output: string;
  readonly make: () => Promise<void>;
}

function folders(parent: string, file: string): string[] {
  return readdirSync(join(root, parent)).filter((name) => existsSync(join(root, parent, name, file)));
}

/** Runs a script with this Node. */
function run(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: join(root, cwd),
      env: { ...process.env, ...env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.once('error', fail);
    child.once('exit', (code) => {
      if (code === 0) done();
      else fail(new Error(Buffer.concat(said).toString()));
    });
  });
}

const prismaSteps = folders('prisma', 'schema.prisma').map((name): Step => ({
  name: `prisma-${name}`,
  inputs: [`prisma/${name}/schema.prisma`, 'kit/src/prisma/*.ts', 'package.json'],
  output: `prisma/${name}/generated/tables.ts`,
  // The command looks for an engine that only migrations need, and would download it.
  make: () =>
    run(`prisma/${name}`, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
      CHECKPOINT_DISABLE: '1',
      PRISMA_SCHEMA_ENGINE_BINARY: '/bin/false',
    }),
}));

const resolverSteps = folders('subgraphs', 'schema.graphql').map((name): Step => ({
  name: `resolvers-${name}`,
  inputs: [
    `subgraphs/${name}/schema.graphql`,
    `subgraphs/${name}/mappers.json`,
    `prisma/${name}/generated/tables.ts`,
    'kit/src/schema/*.graphql',
    'kit/src/schema/{enums,type-defs}.ts',
    'scripts/generate-resolvers.ts',
  ],
  output: `subgraphs/${name}/generated/resolvers.ts`,
  make: () => run('.', ['scripts/generate-resolvers.ts', name]),
}));

const consoleStep: Step = {
  name: 'console',
  inputs: [
    'console/src/**',
    'console/public/**',
    'console/index.html',
    'console/vite.config.ts',
    'console/package.json',
  ],
  output: 'console/dist/index.html',
  make: () => run('console', ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']),
};

function hashOf({ inputs }: Step): string {
  const hash = createHash('sha256').update(process.version);
  const files = inputs.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  for (const file of files) {
    if (statSync(join(root, file)).isFile()) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

async function makeStale(steps: readonly Step[]): Promise<void> {
  await Promise.all(
    steps.map(async (step) => {
      const stamp = join(root, '.cache/generated', step.name);
      const wanted = hashOf(step);
      const isMade =
        existsSync(join(root, step.output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
      if (isMade) return;
      console.error(`cdx: generating ${step.name} …`);
      await step.make();
      mkdirSync(dirname(stamp), { recursive: true });
      writeFileSync(stamp, wanted);
    }),
  );
}

try {
  // The types of resolvers name the rows that the table descriptors describe.
  await makeStale([...prismaSteps, consoleStep]);
  await makeStale(resolverSteps);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
