/** `npm run operations -- <folders>` registers the operations of a client's source in operations/manifest.json. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { collectOperations } from './persisted/collect.ts';
import { compareOperations, drawChanges } from './persisted/compare.ts';
import { readManifest, writeManifest, type RegisteredOperation } from './persisted/manifest.ts';
import { findSources } from './persisted/sources.ts';

const help = `Registers the operations of a client, for PERSISTED_OPERATIONS=only.

  npm run operations -- <folders>   finds them in .graphql files and in gql and graphql templates

  --manifest FILE    where they are registered (operations/manifest.json)
  --supergraph FILE  what they are validated against (supergraph.graphql)
  --keep             keeps registered operations that are not found: clients that still run may send them
  --check            only compares, and fails when the manifest is out of date
  --help             show this`;

const root = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));

interface Options {
  readonly manifest: string;
  readonly supergraph: string;
  readonly keep: boolean;
  readonly check: boolean;
}

/** Writes the manifest, or compares with it; throws with every operation that is invalid. */
function register(folders: readonly string[], { manifest, supergraph, keep, check }: Options): void {
  const schema = Supergraph.build(readFileSync(supergraph, 'utf8'), {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  })
    .apiSchema()
    .toGraphQLJSSchema();
  const { operations, problems } = collectOperations(findSources(folders), schema);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const before = existsSync(manifest) ? readManifest(readFileSync(manifest, 'utf8')).operations : [];
  const found = operations.map(({ id, name, type, body }) => ({ id, name, type, body }));
  const after = keep ? [...found, ...missingFrom(found, before)] : found;
  const changes = compareOperations(before, after);
  console.log(drawChanges(changes));
  if (!check) {
    mkdirSync(dirname(manifest), { recursive: true });
    writeFileSync(manifest, writeManifest(after));
  } else if (changes.some(({ state }) => state !== 'kept')) {
    throw new Error(`${manifest} is out of date. Run \`npm run operations\` and commit it.`);
  }
}

function missingFrom(
  found: readonly RegisteredOperation[],
  before: readonly RegisteredOperation[],
): RegisteredOperation[] {
  return before.filter((operation) => !found.some(({ id }) => id === operation.id));
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      manifest: { type: 'string', default: root('operations/manifest.json') },
      supergraph: { type: 'string', default: root('supergraph.graphql') },
      keep: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help || positionals.length === 0) console.log(help);
  else register(positionals, values);
  if (positionals.length === 0 && !values.help) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
