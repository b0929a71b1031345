import { describeSettings, serverSettingsSchema } from '@cdx/kit';
import type { z } from 'zod';
import { settingsSchema } from '../settings.ts';
import type { Domain } from '../subgraphs.ts';

/** The configuration reference: every environment variable of every process, from the schemas that read them. */
export async function describeConfiguration(domains: readonly Domain[]): Promise<string> {
  const sections = [
    section(
      'Gateway',
      '`node gateway/src/main.ts`; in the embedded topology it reads the subgraphs’ settings too.',
      settingsSchema,
    ),
    section(
      'Every subgraph that runs alone',
      '`node subgraphs/<name>/src/server.ts`, together with the settings of its domain.',
      serverSettingsSchema,
    ),
    ...(await Promise.all(
      domains.map(async (domain) => section(`Subgraph ${domain.name}`, '', await domain.settingsSchema())),
    )),
  ];
  return `# Configuration\n\nAll settings are environment variables. A wrong one stops the start, and all mistakes are reported at once.\n\n${sections.join('\n\n')}`;
}

function section(title: string, words: string, schema: z.ZodObject): string {
  const rows = describeSettings(schema).map(
    ({ name, description, fallback }) =>
      `| \`${name}\` | ${fallback === null ? '' : `\`${fallback}\``} | ${description} |`,
  );
  const table = ['| variable | default | what it is |', '| --- | --- | --- |', ...rows].join('\n');
  return [`## ${title}`, ...(words ? [words] : []), table].join('\n\n');
}
