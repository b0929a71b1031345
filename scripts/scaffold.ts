import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { findDomains } from '../kit/src/domains.ts';

/** The small files of a Postgres domain, with `{{name}}` and the like where its own words go. */
const template = new URL('scaffold/', import.meta.url);
const repository = new URL('../', import.meta.url);

/** Names that mean something to Postgres, to GraphQL or to the product, of the kind that domains might be given. */
const taken = new Set(
  `all analyse analyze and any array as asc both case cast check collate column constraint create default desc distinct
  do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit
  not null offset on only or order placing primary references returning select some symmetric table then to trailing
  true union unique user using variadic when where window with authorization binary collation concurrently cross freeze
  full ilike inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose
  public postgres gateway graphql query mutation subscription entities service cdx kit access test`.split(
    /\s+/,
  ),
);

/**
 * Writes the small files of a new Postgres domain below a root that has the folders `prisma` and `subgraphs`.
 * @returns the files, relative to the root
 * @throws Error in words when the name cannot be one, or is in use
 */
export async function scaffold(root: URL, name: string): Promise<string[]> {
  checkName(root, name);
  const values = valuesFor(name, nextPort(root));
  const files: string[] = [];
  for (const source of globSync('**/*.template', { cwd: fileURLToPath(template) }).toSorted()) {
    const file = targetOf(source, name);
    const text = fillIn(readFileSync(new URL(source, template), 'utf8'), values);
    const target = new URL(file, root);
    mkdirSync(new URL('.', target), { recursive: true });
    writeFileSync(target, await formatted(file, text));
    files.push(file);
  }
  return files;
}

function checkName(root: URL, name: string): void {
  if (!/^[a-z][a-z0-9]{1,29}$/.test(name))
    throw new Error(
      `${name || 'Nothing'} is no name for a domain. It names a schema, a package and fields: 2 to 30 small letters and digits, a letter first.`,
    );
  if (taken.has(name)) throw new Error(`${name} means something else already; choose another name.`);
  for (const folder of [`prisma/${name}`, `subgraphs/${name}`])
    if (existsSync(new URL(folder, root)))
      throw new Error(`${folder} is there already; nothing was written.`);
}

function nextPort(root: URL): number {
  return Math.max(4_000, ...findDomains(root).map(({ port }) => port)) + 1;
}

type Values = Readonly<Record<string, string>>;

function valuesFor(name: string, port: number): Values {
  return {
    name,
    Name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    NAME: name.toUpperCase(),
    article: /^[aeiou]/.test(name) ? 'an' : 'a',
    port: String(port),
  };
}

function fillIn(text: string, values: Values): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`The template says ${whole}, which is no value of a domain`);
    return value;
  });
}

/** `subgraph/src/server.ts.template` becomes `subgraphs/<name>/src/server.ts`. */
function targetOf(source: string, name: string): string {
  return source
    .replace(/^prisma\//, `prisma/${name}/`)
    .replace(/^subgraph\//, `subgraphs/${name}/`)
    .replace('0001_name', `0001_${name}`)
    .replace(/\.template$/, '');
}

/** In the repository's own form: where lines break depends on how long the name is. */
async function formatted(file: string, text: string): Promise<string> {
  const { inferredParser } = await getFileInfo(file);
  if (inferredParser === null) return text;
  return format(text, { ...(await resolveConfig(new URL(file, repository))), parser: inferredParser });
}
