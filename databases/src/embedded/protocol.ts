/** The Postgres wire protocol, version 3, as far as a server in front of PGlite needs it. */

/** The codes that stand where a start-up packet has its version. */
export const startupCode = { ssl: 80_877_103, cancel: 80_877_102, gssapi: 80_877_104 } as const;

/** `AuthenticationCleartextPassword`: asks for the password. The server listens on loopback alone. */
export const askPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** An `ErrorResponse` that ends the connection. */
export function fatalError(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`);
  const header = Buffer.alloc(5);
  header.write('E');
  header.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([header, fields]);
}

/** The letter that begins a message: `Q` for Query, `S` for Sync. */
export function messageType(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0);
}

/** Cuts whole messages off the front of what has arrived; start-up packets have no letter. */
export class MessageReader {
  #arrived: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#arrived = this.#arrived.length === 0 ? chunk : Buffer.concat([this.#arrived, chunk]);
  }

  /** The next packet of the start-up phase, or undefined until it is whole. */
  nextStartup(): Buffer | undefined {
    return this.#arrived.length < 8 ? undefined : this.#take(this.#arrived.readInt32BE(0));
  }

  /** The next message, or undefined until it is whole. */
  next(): Buffer | undefined {
    return this.#arrived.length < 5 ? undefined : this.#take(1 + this.#arrived.readInt32BE(1));
  }

  #take(length: number): Buffer | undefined {
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

/**
 * The message with its prepared statement renamed, since PGlite's one session has one list of names for everybody.
 * @param prefix what makes the name the connection's own
 * @param seen told of every renamed statement that is parsed
 */
export function renameStatement(message: Buffer, prefix: string, seen: (name: string) => void): Buffer {
  const offset = statementNameOffset(message);
  if (offset === undefined) return message;
  const end = message.indexOf(0, offset);
  if (end === offset) return message;
  if (messageType(message) === 'P') seen(prefix + message.toString('utf8', offset, end));
  const renamed = Buffer.concat([message.subarray(0, offset), Buffer.from(prefix), message.subarray(offset)]);
  renamed.writeInt32BE(renamed.length - 1, 1);
  return renamed;
}
