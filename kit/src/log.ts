import { pino, stdSerializers, type Logger } from 'pino';

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
      redact: [...secretPaths, ...secretPaths.map((path) => `*.${path}`)],
    },
    pino.destination({ fd: 2, sync: false }),
  );
}

export type { Logger };
