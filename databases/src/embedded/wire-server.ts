import { timingSafeEqual, createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import {
  askPassword,
  copyFail,
  fatalError,
  MessageReader,
  messageType,
  renameStatement,
  startupCode,
  startupParameters,
  startupRole,
  statementName,
  withoutParseComplete,
} from './protocol.ts';
import { SharedSession, type Listener } from './shared-session.ts';

/**
 * The most connections at once: a process holds ten for each domain, and there may be several. They cost little, since
 * each waits for its turn in the one session.
 */
const maxConnections = 500;

/** The one account and the one database that there are, both by this name. */
const only = 'postgres';

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

class Connection implements Listener {
  role: string | undefined;
  readonly #socket: Socket;
  readonly #session: SharedSession;
  readonly #password: string;
  readonly #prefix: string;
  readonly #reader = new MessageReader();
  readonly #statements = new Set<string>();
  /** Those that it listens to. */
  readonly #channels = new Set<string>();
  #phase: Phase = 'startup';
  #entered = false;
  #startup: Buffer = Buffer.alloc(0);
  #batch: Buffer[] = [];
  /** The Parse of the unnamed statement, which lives until the next one. */
  #unnamed: Buffer | undefined;
  #unnamedIsMine = false;
  #repeatsParse = false;
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

  notify(channel: string, message: Buffer): void {
    if (this.#phase !== 'ended' && this.#channels.has(channel)) this.#socket.write(message);
  }

  #onListen(statement: string): void {
    const [, channel] = /^\s*listen\s+"?(\w+)/i.exec(statement) ?? [];
    if (channel === undefined) return;
    this.#channels.add(channel);
    this.#session.listen(this);
  }

  #receive(chunk: Buffer): void {
    this.#reader.push(chunk);
    try {
      while (this.#phase !== 'ended') {
        const message = this.#next();
        if (!message) return;
        if (this.#phase === 'startup') this.#onStartup(message);
        else if (this.#phase === 'password') this.#onPassword(message);
        else this.#onMessage(message);
      }
    } catch {
      this.#refuse('08P01', 'this is no message of the Postgres protocol');
    }
  }

  #next(): Buffer | undefined {
    if (this.#phase === 'startup') return this.#reader.nextStartup();
    return this.#phase === 'password' ? this.#reader.nextPassword() : this.#reader.next();
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
    const { user = '', database = user } = Object.fromEntries(startupParameters(this.#startup));
    if (messageType(message) !== 'p' || !sameText(given, this.#password) || user !== only) {
      this.#refuse('28P01', `password authentication failed for user "${user}"`);
      return;
    }
    if (database !== only) {
      this.#refuse('3D000', `database "${database}" does not exist`);
      return;
    }
    this.#phase = 'ready';
    this.#entered = true;
    this.role = startupRole(this.#startup);
    this.#run(this.#startup, true);
  }

  #onMessage(message: Buffer): void {
    const type = messageType(message);
    if (type === 'X') {
      this.#socket.end();
      return;
    }
    // What a client sends for a COPY that has already failed.
    if (type === 'd' || type === 'c' || type === 'f') return;
    if (type === 'Q') this.#onListen(message.toString('utf8', 5));
    if (type === 'S' || type === 'H') this.#batch.push(copyFail);
    this.#batch.push(this.#ownStatement(message));
    if (type === 'Q') this.#batch.push(copyFail);
    // Query and Sync end a batch. Flush asks for the answers so far and keeps the session, since what is bound in it
    // would be lost to the next client's Bind.
    if (type === 'Q' || type === 'S' || type === 'H') this.#runBatch(type !== 'H');
  }

  /** The message about a prepared statement of this connection's own. */
  #ownStatement(message: Buffer): Buffer {
    const name = statementName(message);
    const isParse = messageType(message) === 'P';
    if (name) {
      if (isParse) this.#statements.add(this.#prefix + name);
      return renameStatement(message, this.#prefix);
    }
    if (isParse) {
      this.#unnamed = message;
      this.#unnamedIsMine = true;
    } else if (name === '' && this.#unnamed && !this.#unnamedIsMine) {
      // The session has one unnamed statement, and since this connection's last Sync it may be another's.
      this.#batch.unshift(this.#unnamed);
      this.#unnamedIsMine = this.#repeatsParse = true;
    }
    return message;
  }

  #runBatch(ends: boolean): void {
    this.#run(Buffer.concat(this.#batch), ends, this.#repeatsParse);
    this.#batch = [];
    this.#repeatsParse = false;
    if (ends) this.#unnamedIsMine = false;
  }

  #run(messages: Buffer, ends: boolean, repeatsParse = false): void {
    let isRepeat = repeatsParse;
    const send = (bytes: Buffer): void => {
      this.#socket.write(isRepeat ? withoutParseComplete(bytes) : bytes);
      isRepeat = false;
    };
    this.#running = this.#running.then(async () => {
      if (this.#phase !== 'ended') await this.#session.run(this, messages, ends, send);
    });
    this.#running.catch(() => this.#refuse('XX000', 'the embedded Postgres failed'));
  }

  #refuse(sqlState: string, message: string): void {
    this.#phase = 'ended';
    this.#socket.end(fatalError(sqlState, message));
  }

  #end(): void {
    this.#phase = 'ended';
    if (!this.#entered) return;
    // What fails here fails for everybody: the database is being closed.
    const leave = (): Promise<void> => this.#session.leave(this, this.#statements);
    this.#running.then(leave, leave).catch(() => undefined);
  }
}

/** Compares without telling by its time how much is alike. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
