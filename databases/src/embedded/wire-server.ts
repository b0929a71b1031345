import { timingSafeEqual, createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { askPassword, fatalError, MessageReader, messageType, renameStatement, startupCode } from './protocol.ts';
import { SharedSession } from './shared-session.ts';

/** The most connections at once; each waits for its turn in the one session. */
const maxConnections = 50;

/** Serves PGlite by the Postgres protocol on a loopback port, to those who know the password. */
export function serveWire(database: PGlite, password: string): Server {
  const session = new SharedSession(database);
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    new Connection(socket, session, password, `c${connections}_`).start();
  });
  server.maxConnections = maxConnections;
  return server;
}

type Phase = 'startup' | 'password' | 'ready' | 'ended';

class Connection {
  readonly #socket: Socket;
  readonly #session: SharedSession;
  readonly #password: string;
  readonly #prefix: string;
  readonly #reader = new MessageReader();
  readonly #statements = new Set<string>();
  #phase: Phase = 'startup';
  #startup: Buffer = Buffer.alloc(0);
  #batch: Buffer[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(socket: Socket, session: SharedSession, password: string, prefix: string) {
    this.#socket = socket;
    this.#session = session;
    this.#password = password;
    this.#prefix = prefix;
  }

  start(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    // A client that breaks off is an ordinary end; `close` follows and cleans up.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#end());
  }

  #receive(chunk: Buffer): void {
    this.#reader.push(chunk);
    for (;;) {
      const message = this.#phase === 'startup' ? this.#reader.nextStartup() : this.#reader.next();
      if (!message || this.#phase === 'ended') return;
      if (this.#phase === 'startup') this.#onStartup(message);
      else if (this.#phase === 'password') this.#onPassword(message);
      else this.#onMessage(message);
    }
  }

  #onStartup(packet: Buffer): void {
    const code = packet.readInt32BE(4);
    if (code === startupCode.ssl || code === startupCode.gssapi) this.#socket.write('N');
    // There is no second process to interrupt; a cancelled statement runs to its end.
    else if (code === startupCode.cancel) this.#socket.end();
    else {
      this.#startup = Buffer.from(packet);
      this.#phase = 'password';
      this.#socket.write(askPassword);
    }
  }

  #onPassword(message: Buffer): void {
    const given = message.toString('utf8', 5, message.length - 1);
    if (messageType(message) !== 'p' || !sameText(given, this.#password)) {
      this.#refuse('28P01', 'password authentication failed');
      return;
    }
    this.#phase = 'ready';
    this.#run(this.#startup, true);
  }

  #onMessage(message: Buffer): void {
    const type = messageType(message);
    if (type === 'X') {
      this.#socket.end();
      return;
    }
    if (type === 'd' || type === 'c' || type === 'f') {
      this.#refuse('0A000', 'the embedded Postgres takes no COPY data');
      return;
    }
    this.#batch.push(renameStatement(message, this.#prefix, (name) => this.#statements.add(name)));
    // Query and Sync end a batch. Flush asks for the answers so far and keeps the session, since what is bound in it
    // would be lost to the next client's Bind.
    if (type === 'Q' || type === 'S' || type === 'H') {
      this.#run(Buffer.concat(this.#batch), type !== 'H');
      this.#batch = [];
    }
  }

  #run(messages: Buffer, ends: boolean): void {
    this.#running = this.#running.then(async () => {
      if (this.#phase === 'ended') return;
      await this.#session.run(this, messages, ends, (bytes) => this.#socket.write(bytes));
    });
    this.#running.catch(() => this.#refuse('XX000', 'the embedded Postgres failed'));
  }

  #refuse(sqlState: string, message: string): void {
    this.#socket.end(fatalError(sqlState, message));
  }

  #end(): void {
    const started = this.#phase === 'ready';
    this.#phase = 'ended';
    if (started) void this.#running.catch(() => undefined).then(() => this.#session.leave(this, this.#statements));
  }
}

/** Compares without telling by its time how much is alike. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
