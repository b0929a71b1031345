import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parseCode } from '@graphql-tools/graphql-tag-pluck';
import { Source } from 'graphql';

const graphqlFiles = new Set(['.graphql', '.gql']);
const codeFiles = new Set(['.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs']);
/** Folders that hold no source of the client's own, beside those whose names begin with a dot. */
const skipped = new Set(['node_modules', 'dist', 'build', 'coverage']);

/** Every piece of GraphQL in the files below the folders: whole files, and templates tagged `gql` or `graphql`. */
export function findSources(folders: readonly string[]): Source[] {
  return folders.flatMap(filesBelow).flatMap((file) => {
    if (graphqlFiles.has(extname(file))) return [new Source(readFileSync(file, 'utf8'), file)];
    return codeFiles.has(extname(file)) ? templatesOf(file) : [];
  });
}

function filesBelow(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !skipped.has(name))
    .sort((one, other) => one.name.localeCompare(other.name))
    .flatMap((entry) => {
      const child = join(path, entry.name);
      if (entry.isDirectory()) return filesBelow(child);
      return entry.isFile() ? [child] : [];
    });
}

function templatesOf(file: string): Source[] {
  const code = readFileSync(file, 'utf8');
  if (!/gql|graphql/i.test(code)) return [];
  // Indentation stays, so that lines are those of the file.
  const templates = parseCode({ code, filePath: file, options: { skipIndent: true } });
  return templates.map(({ content, loc }) => new Source(content, file, { line: loc.start.line, column: 1 }));
}
