import clients from './examples/clients.graphql?raw';
import live from './examples/live.graphql?raw';
import me from './examples/me.graphql?raw';
import personaTemplates from './examples/persona-templates.graphql?raw';
import searchMemory from './examples/search-memory.graphql?raw';
import systemPrompts from './examples/system-prompts.graphql?raw';
import tenants from './examples/tenants.graphql?raw';

export type Example = { name: string; operationName: string; query: string; variables: string };

/**
 * An example is one plain .graphql file, so that it can be read, linted and sent without this page. What the menu
 * needs besides the query rides in its comments: the name in the first line, and starting values for the variables
 * in a line `# Variables: {…}`.
 */
function parseExample(text: string): Example {
  const name = /^# (.+)$/m.exec(text)?.[1]?.trim() ?? 'Unnamed example';
  const operationName = /^(?:query|subscription) (\w+)/m.exec(text)?.[1] ?? '';
  const variables = /^# Variables: (.+)$/m.exec(text)?.[1];
  return {
    name,
    operationName,
    query: text.replace(/^# Variables: .*\n/m, ''),
    variables: variables === undefined ? '' : JSON.stringify(JSON.parse(variables), null, 2),
  };
}

/** In the order of the menu: the query that shows the federation best comes first. */
export const examples: readonly Example[] = [
  ...[clients, tenants, me, personaTemplates],
  ...[searchMemory, systemPrompts, live],
].map(parseExample);
