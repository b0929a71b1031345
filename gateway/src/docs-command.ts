/** `npm run docs` writes the pages that follow from the code; with `--check` it only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describeAccess } from './docs/access.ts';
import { describeConfiguration } from './docs/configuration.ts';
import { drawSupergraph } from './docs/picture.ts';
import { contracts, domains } from './subgraphs.ts';

const generated = 'This page is generated: `npm run docs`.';
const pages: Readonly<Record<string, string>> = {
  'access.md': `${describeAccess(contracts())}\n\n${generated}\n`,
  'configuration.md': `${await describeConfiguration(domains)}\n\n${generated}\n`,
  'supergraph.md': `# The supergraph

Each box is a subgraph with the entities that it owns; each arrow is a field that leads from one subgraph into another.
The whole schema is [supergraph.graphql](../supergraph.graphql).

${drawSupergraph(contracts())}

${generated}
`,
};

for (const [name, text] of Object.entries(pages)) {
  const file = new URL(`../../docs/${name}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
    console.log(`docs/${name}`);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is not what the code says. Run \`npm run docs\` and commit it.`);
    process.exitCode = 1;
  }
}
