/** The Postgres wire protocol, version 3, as far as a server in front of PGlite needs it. */

/** The codes that stand where a start-up packet has its version. */
export const startupCode = { ssl: 80_877_103, cancel: 80_877_102, gssapi: 80_877_104 } as const;

/** `AuthenticationCleartextPassword`: asks for the password. The server listens on loopback alone. */
export const askPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** An `ErrorResponse` that ends the connection. */
export function fatalError(sqlState: string, words: string): Buffer {
  return message('E', `SFATAL\0VFATAL\0C${sqlState}\0M${words}\0\0`);
}

/** What a client's start-up packet says: `user`, `database` and settings. */
export function startupParameters(packet: Buffer): ReadonlyMap<string, string> {
  const texts = packet.toString('utf8', 8).split('\0');
  const names = texts.filter((_, index) => index % 2 === 0);
  return new Map(names.map((name, index) => [name, texts[2 * index + 1] ?? '']));
}

/** The role that a start-up packet asks its session to have: `options` with `-c role=name`. */
export function startupRole(packet: Buffer): string | undefined {
  return /(?:^|\s)-c\s*role=(\w+)/.exec(startupParameters(packet).get('options') ?? '')?.[1];
}

/**
 * `CopyFail`. Postgres ignores it unless it waits for a COPY's data; then the statement fails in order. PGlite would
 * find no data, take that for the end of its only connection, and never answer again.
 */
export const copyFail = message('f', 'the embedded Postgres takes no COPY data\0');

function message(type: string, text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

/** The letter that begins a message: `Q` for Query, `S` for Sync. */
export function messageType(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0);
}

/** The longest start-up packet or password, as in Postgres (`MAX_STARTUP_PACKET_LENGTH`). */
const longestUnknown = 10_000;

/**
 * Cuts whole messages off the front of what has arrived; start-up packets have no letter. A length that cannot be is
 * thrown as a RangeError: who sends it speaks another protocol.
 */
export class MessageReader {
  #arrived: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#arrived = this.#arrived.length === 0 ? chunk : Buffer.concat([this.#arrived, chunk]);
  }

  /** The next packet of the start-up phase, or undefined until it is whole. */
  nextStartup(): Buffer | undefined {
    return this.#arrived.length < 8 ? undefined : this.#take(this.#arrived.readInt32BE(0), 8, longestUnknown);
  }

  /** The message with the password, or undefined until it is whole. */
  nextPassword(): Buffer | undefined {
    return this.#arrived.length < 5
      ? undefined
      : this.#take(1 + this.#arrived.readInt32BE(1), 6, longestUnknown);
  }

  /** The next message, or undefined until it is whole. */
  next(): Buffer | undefined {
    return this.#arrived.length < 5 ? undefined : this.#take(1 + this.#arrived.readInt32BE(1), 5);
  }

  #take(length: number, least: number, most = Infinity): Buffer | undefined {
    if (length < least || length > most) throw new RangeError(`No message is ${length} bytes long`);
    if (this.#arrived.length < length) return undefined;
    const message = this.#arrived.subarray(0, length);
    this.#arrived = this.#arrived.subarray(length);
    return message;
  }
}

/** Where the name of a prepared statement begins in a message, if it has one. */
function statementNameOffset(message: Buffer): number | undefined {
  switch (messageType(message)) {
    case 'P':
      return 5;
    case 'B':
      return message.indexOf(0, 5) + 1;
    case 'D':
    case 'C':
      return message[5] === 'S'.charCodeAt(0) ? 6 : undefined;
    default:
      return undefined;
  }
}

/** The name of the prepared statement that a message is about: empty for the unnamed one, undefined for none at all. */
export function statementName(message: Buffer): string | undefined {
  const offset = statementNameOffset(message);
  return offset === undefined ? undefined : message.toString('utf8', offset, message.indexOf(0, offset));
}

/** The message with its prepared statement renamed, since PGlite's one session has one list of names for everybody. */
export function renameStatement(message: Buffer, prefix: string): Buffer {
  const offset = statementNameOffset(message);
  if (offset === undefined) return message;
  const renamed = Buffer.concat([message.subarray(0, offset), Buffer.from(prefix), message.subarray(offset)]);
  renamed.writeInt32BE(renamed.length - 1, 1);
  return renamed;
}

/** The channel of a `NotificationResponse`: it comes after the number of the process that has notified. */
export function notifiedChannel(message: Buffer): string {
  return message.toString('utf8', 9, message.indexOf(0, 9));
}

/** An answer without the `ParseComplete` that it begins with, if it does. */
export function withoutParseComplete(answer: Buffer): Buffer {
  return messageType(answer) === '1' ? answer.subarray(5) : answer;
}
