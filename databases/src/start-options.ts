import { parseArgs } from 'node:util';

/** What `npm start` was asked for. */
export interface StartOptions {
  readonly help: boolean;
  readonly port: number;
  readonly dataDir: string;
  /** The size of the demo data; 1 is the standard. */
  readonly scale: number;
  readonly demo: boolean;
  readonly reset: boolean;
  readonly distributed: boolean;
}

export const help = `Starts CDX: its databases, its subgraphs and the gateway, with demo data on the first run.

  npm start                      everything in one process, at http://localhost:4000
  npm start -- [options]

  --port N         listen at this port (4000, or PORT)
  --data-dir DIR   keep the data of embedded databases, keys and mail here (.data)
  --scale N        load N times the demo data (1: 40 clients, 2,000 users, 20,000 memories)
  --no-demo        load no demo data, and let nobody log in with the demo password
  --reset          delete the data of the embedded databases first
  --distributed    run each subgraph as a process of its own, reached over HTTP
  --help           show this

AUTH_DATABASE_URL (MySQL or MariaDB), CLIENTS_DATABASE_URL (Postgres with pgvector) and the others of their kind, one
for each domain, name databases of your own; without them embedded ones are started. All settings:
docs/configuration.md.`;

/**
 * Reads the command line.
 * @throws Error in words for the user
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const values = parse(args);
  return {
    help: values.help,
    port: number(
      '--port',
      values.port ?? (env.PORT === '' ? undefined : env.PORT) ?? '4000',
      (n) => Number.isInteger(n) && n >= 0 && n <= 65_535,
    ),
    dataDir: values['data-dir'],
    scale: number('--scale', values.scale, (n) => n > 0 && n <= 1_000),
    demo: values.demo,
    reset: values.reset,
    distributed: values.distributed,
  };
}

const options = {
  help: { type: 'boolean', default: false },
  port: { type: 'string' },
  'data-dir': { type: 'string', default: '.data' },
  scale: { type: 'string', default: '1' },
  demo: { type: 'boolean', default: true },
  reset: { type: 'boolean', default: false },
  distributed: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], allowNegative: true, options }).values;
  } catch (error) {
    // Node's first sentence names the option; those after it explain parseArgs.
    const [words = ''] = (error as Error).message.split('. ');
    throw new Error(`${words}. See: npm start -- --help`, { cause: error });
  }
}

function number(name: string, text: string, isValid: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !isValid(value))
    throw new Error(`${name} ${text} is not possible. See: npm start -- --help`);
  return value;
}
