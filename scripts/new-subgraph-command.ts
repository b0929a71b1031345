/** `npm run new-subgraph -- <name>` writes the small files of a new Postgres domain, and says what to run next. */
import { readFileSync } from 'node:fs';
import { scaffold } from './scaffold.ts';

const root = new URL('../', import.meta.url);

const next = (name: string, packageManager: string): string => `
Next:
  npx ${packageManager} install   the lock file learns of the two packages
  npm run generate            the Prisma client and the types of resolvers
  npm run domains             tsconfig.json, docker-compose.yml, deploy/databases.sql
  npm run compose             supergraph.graphql
  npm run docs                the generated pages
  npm run check

Its rights are a row of access/src/matrix.ts. Then add types: docs/extending.md, and
  subgraphs/${name}/schema.graphql, prisma/${name}/schema.prisma, prisma/${name}/migrations/0003_….sql`;

try {
  const [name = '', ...more] = process.argv.slice(2);
  if (name === '' || name.startsWith('-') || more.length > 0)
    throw new Error('Usage: npm run new-subgraph -- <name>');
  const files = await scaffold(root, name);
  const { packageManager } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    readonly packageManager: string;
  };
  console.log(`${files.join('\n')}\n${next(name, packageManager)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
