import { pino, stdSerializers, type LogFn, type Logger } from 'pino';
import type { TableDescriptor } from './sql/table.ts';

/** Paths whose values never reach a log, wherever an object with them is logged. */
const secretPaths = [
  'password',
  'newPassword',
  'currentPassword',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
];

const anywhere = (names: readonly string[]): string[] => [...names, ...names.map((name) => `*.${name}`)];

/**
 * The process's logger: JSON lines on standard error, so that standard output stays a command's own.
 * @param level `trace` to `fatal`, or `silent`
 */
export function makeLogger(name: string, level: string): Logger {
  return pino(
    {
      name,
      level,
      serializers: { error: stdSerializers.errWithCause },
      redact: anywhere(secretPaths),
    },
    pino.destination({ fd: 2, sync: false }),
  );
}

/** The logger of a domain, which hides the secrets and personal values of its tables too. */
export function maskPersonal(log: Logger, tables: Readonly<Record<string, TableDescriptor>>): Logger {
  const names = Object.values(tables).flatMap(({ columns }) =>
    Object.entries(columns).flatMap(([property, { privacy }]) => (privacy ? [property] : [])),
  );
  // A child's paths replace its parent's. `name` at the top is the logger's own.
  const paths = anywhere([...new Set([...secretPaths, ...names])]).filter((path) => path !== 'name');
  return log.child({}, { redact: paths });
}

/** The log of one request, whose lines carry its id. It is made when there is a line, which for most there never is. */
export class RequestLog {
  readonly #log: Logger;
  readonly #requestId: string;

  constructor(log: Logger, requestId: string) {
    this.#log = log;
    this.#requestId = requestId;
  }

  get error(): LogFn {
    return this.#writing('error');
  }

  get warn(): LogFn {
    return this.#writing('warn');
  }

  get info(): LogFn {
    return this.#writing('info');
  }

  get debug(): LogFn {
    return this.#writing('debug');
  }

  #writing(level: 'error' | 'warn' | 'info' | 'debug'): LogFn {
    const child = this.#log.child({ requestId: this.#requestId });
    return child[level].bind(child);
  }
}

export type { Logger };
