import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import generatorHelper, { type GeneratorOptions } from '@prisma/generator-helper';
import { tablesSource } from './table-source.ts';

const indexSource = `// Generated from schema.prisma: do not edit.
export * as tables from './tables.ts';
export { Prisma, PrismaClient } from './client/client.ts';
`;

/** A Prisma generator: writes tables.ts and the index of the domain's generated package into its output folder. */
generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'table descriptors', defaultOutput: './generated' }),
  onGenerate: writeTables,
});

async function writeTables({ generator, dmmf, datamodel }: GeneratorOptions): Promise<void> {
  const folder = generator.output?.value;
  if (!folder) throw new Error('The tables generator has no output folder');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tables.ts'), `${tablesSource(dmmf.datamodel, datamodel)}\n`);
  await writeFile(join(folder, 'index.ts'), indexSource);
}
