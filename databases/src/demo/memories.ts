import { between, demoId, now, seeded, type Faker, type Row } from '@cdx/demo';
import { featureHashing } from '@cdx/clients/embedder';
import type { Agent, DefinitionKey } from './agents.ts';
import type { DemoClient } from './clients.ts';

type MemoryType = 'fact' | 'episode' | 'preference' | 'summary';

/** What any agent remembers, by type; `{word}` is a word of the client's business. */
const common: Readonly<Record<MemoryType, readonly string[]>> = {
  fact: [
    '{company} orders {product} every {weekday} and pays within {number} days.',
    'Most {audience} find {client} through a recommendation, and {percent} of them ask about {product} first.',
    'The contact for {product} at {company} is {person}, who answers e-mail before noon.',
    '{client} promises an answer about {concern} within {number} hours.',
    'In {month}, {percent} of all questions from {audience} were about {concern}.',
    'The price of {product} rose by {percent} in {month}; {product2} stayed as they were.',
  ],
  episode: [
    'On a {weekday} in {month}, {person} from {company} complained about {concern} and accepted {number} percent off.',
    '{person} asked how {product} compare with {product2}; a table settled it.',
    'The campaign for {product} in {city} brought {number} new {audience} in a week.',
    'Because of {concern}, the {month} delivery of {product} to {city} was {number} days late.',
    '{person} tried {product} for the first time and wrote a friendly review.',
    'A meeting with {company} about {product} ended without a decision; {person} calls back in {month}.',
  ],
  preference: [
    '{person} prefers short answers with a number in the first sentence.',
    '{company} wants every text about {product} without the word "cheap".',
    'The team of {client} likes reports on {weekday} mornings, with {goal} at the top.',
    '{audience} respond better to pictures of {product} than to discounts.',
    '{person} wants to be warned about {concern} by telephone, not by e-mail.',
    'For {audience}, {client} always mentions {product2} together with {product}.',
  ],
  summary: [
    'Over {month}, work on {product} led to {goal}: {percent} better than a year ago.',
    '{number} conversations with {audience} show that {concern} matter more than the price of {product}.',
    'The three main topics of {month} were {concern}, {product} and {goal}.',
    '{client} in {city}: {product} sell well, {product2} need attention, and {concern} are under control.',
  ],
};

/** What an agent remembers because of what it does. */
const special: Readonly<Record<DefinitionKey, readonly (readonly [MemoryType, string])[]>> = {
  copywriter: [
    [
      'fact',
      'The headline "{product} for {audience}" had {percent} more clicks than the old one in {month}.',
    ],
    [
      'preference',
      'Texts about {product} use "you", present tense, and sentences of at most {number} words.',
    ],
    ['episode', '{person} rejected the draft on {product} because it left out {concern}.'],
  ],
  researcher: [
    ['fact', 'A study from {city} with {number} {audience} links {concern} to lower demand for {product}.'],
    ['summary', 'Sources agree that {product} will grow by {percent}; they disagree about {concern}.'],
    ['episode', 'The competitor {company} launched its own {product} in {city} in {month}.'],
  ],
  analyst: [
    ['fact', 'Revenue from {product} correlates with {goal}; {percent} of the variance is explained.'],
    ['summary', 'The forecast for {product} in {month} is {number} units, give or take {percent}.'],
    ['episode', 'An outlier in the {month} figures for {product} came from a double booking by {company}.'],
  ],
  developer: [
    ['fact', 'The import of {product} from {company} runs every {weekday} and fails when a field is empty.'],
    ['episode', 'A fix for {concern} was released in {month} after {person} reviewed it.'],
    ['preference', '{person} wants a test for every bug about {product} before the fix is merged.'],
  ],
  support: [
    ['fact', 'Tickets about {concern} are closed in {number} minutes on average.'],
    ['episode', '{person} was handed over to a colleague because {concern} could not be solved at once.'],
    ['preference', 'Apologise once for {concern}, then offer {product2} as a gesture to {audience}.'],
  ],
};

const types: readonly MemoryType[] = ['fact', 'episode', 'preference', 'fact', 'summary'];
const months = ['April', 'May', 'June', 'July', 'August', 'September', 'October'];
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const sources = ['chat', 'e-mail', 'telephone', 'report', 'web'];

/** How many texts are embedded at a time. */
const batchSize = 250;

/** The memories of a client's agents, with their embeddings. */
export async function memoryRows(
  client: DemoClient,
  agents: readonly Agent[],
  perAgent: number,
): Promise<Row[]> {
  const drafts = agents.flatMap((agent) =>
    Array.from({ length: perAgent }, (_, index) => memory(client, agent, index)),
  );
  const rows: Row[] = [];
  for (let start = 0; start < drafts.length; start += batchSize) {
    const batch = drafts.slice(start, start + batchSize);
    const vectors = await featureHashing.embed(batch.map(({ content }) => content));
    for (const [index, draft] of batch.entries()) {
      const embedding = vectorText(vectors[index] ?? []);
      rows.push({ ...draft, embedding, embedding_model: featureHashing.model });
    }
  }
  return rows;
}

function memory(client: DemoClient, agent: Agent, index: number): Row & { readonly content: string } {
  const path = `memory ${agent.id} ${index}`;
  const random = seeded(path);
  const createdAt = between(random, agent.createdAt, now);
  const [type, sentence] =
    index % 3 === 2
      ? random.helpers.arrayElement(special[agent.definition])
      : commonSentence(random, types[index % types.length] ?? 'fact');
  const product = random.helpers.arrayElement(client.business.products);
  const accessCount = random.number.int({ max: 40 });
  return {
    id: demoId(path, createdAt),
    agent_instance_id: agent.id,
    content: fill(sentence, client, product, random),
    memory_type: type,
    metadata: {
      topic: product,
      source: random.helpers.arrayElement(sources),
      reviewed: random.datatype.boolean(0.3),
    },
    importance: random.number.float({ min: 0.05, max: 1, fractionDigits: 2 }),
    access_count: accessCount,
    last_accessed_at: accessCount === 0 ? null : between(random, createdAt, now),
    created_at: createdAt,
  };
}

function commonSentence(random: Faker, type: MemoryType): readonly [MemoryType, string] {
  return [type, random.helpers.arrayElement(common[type])];
}

function fill(sentence: string, { name, business }: DemoClient, product: string, random: Faker): string {
  const pick = (list: readonly string[]): string => random.helpers.arrayElement(list);
  const words: Readonly<Record<string, () => string>> = {
    client: () => name,
    product: () => product,
    product2: () => pick(business.products.filter((other) => other !== product)),
    audience: () => pick(business.audiences),
    concern: () => pick(business.concerns),
    goal: () => pick(business.goals),
    company: () => random.company.name(),
    person: () => random.person.fullName(),
    city: () => random.location.city(),
    month: () => pick(months),
    weekday: () => pick(weekdays),
    number: () => String(random.number.int({ min: 2, max: 30 })),
    percent: () => `${random.number.int({ min: 3, max: 60 })} %`,
  };
  const text = sentence.replace(/\{(\w+)\}/g, (whole, word: string) => words[word]?.() ?? whole);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A vector as pgvector reads it; five digits are enough, since a `vector` holds single precision. */
function vectorText(vector: readonly number[]): string {
  return `[${vector.map((value) => (value === 0 ? '0' : value.toFixed(5))).join(',')}]`;
}
