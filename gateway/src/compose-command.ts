/** `npm run compose` writes supergraph.graphql from the subgraphs; with `--check` it only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { composeSupergraph } from './compose/index.ts';
import { contracts } from './subgraphs.ts';

const file = new URL('../../supergraph.graphql', import.meta.url);
const check = process.argv.includes('--check');

try {
  const supergraph = composeSupergraph(contracts());
  const types = supergraph.match(/^(type|interface|union|enum|input|scalar) /gm)?.length ?? 0;
  if (!check) {
    writeFileSync(file, `${supergraph}\n`);
    console.log(`supergraph.graphql: ${contracts().length} subgraphs, ${types} types`);
  } else if (readFileSync(file, 'utf8') !== `${supergraph}\n`) {
    throw new Error(
      'supergraph.graphql is not what the subgraphs compose to. Run `npm run compose` and commit it.',
    );
  } else {
    console.log(`supergraph.graphql is up to date: ${contracts().length} subgraphs, ${types} types`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
