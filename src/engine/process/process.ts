/**
 * The part that a server and a Sentinel share: the connections of one process, and the loop that reads
 * requests, executes them and flushes replies.
 *
 * An event is one input method followed by `run`. Input methods only record the input. Commands
 * execute in `run`, within the budget and until a command takes the CPU (SAVE, DEBUG SLEEP). Output is
 * sent at the end of `run`, one send per connection.
 *
 * Invariant: between events no connection is dirty, no reader holds borrowed bytes, and `effects`
 * is not set.
 */

import { InvariantError, ProtocolError } from '../machine/errors.ts';
import type {
  ChildResult,
  ConnId,
  Effects,
  Facts,
  FileResult,
  Files,
  LogLevel,
  Machine,
  Micros,
  Peer,
  Token,
} from '../machine/machine.ts';
import type { Note } from '../machine/notes.ts';
import { Random } from '../machine/random.ts';
import type { ReplyWriter } from '../resp/replyWriter.ts';
import type { Request } from '../resp/request.ts';
import type { ReaderLimits } from '../resp/requestReader.ts';
import { type BlockedOn, Blocking } from './blocking.ts';
import type { Call } from './call.ts';
import { Client } from './client.ts';
import type { CommandEntry, CommandTable } from './commandTable.ts';
import type { Connection } from './connection.ts';
import { OutgoingConnection, STATIC_REPLY_BYTES } from './connection.ts';
import { PubSub } from './pubSub.ts';
import { replyErrors } from './replyErrors.ts';
import { beginMuted, endMuted } from './replyMode.ts';

/** Bytes of an unknown command's name, and of its arguments, that an error reply quotes. */
const NAME_SHOWN_MAX = 128;
const ARGUMENTS_SHOWN_MAX = 128;
/** A log line is cut here, as in Redis 7.0 (LOG_MAX_LEN). */
const LOG_LENGTH_MAX = 1023;

/** The settings that the shared part uses. */
interface ProcessSettings {
  readonly maxclients: number;
  readonly protoMaxBulkLen: number;
  readonly requirepass: string;
}

/** Counters of INFO stats that the shared part keeps. */
interface ProcessStats {
  connectionsReceived: number;
  rejectedConnections: number;
  commandsProcessed: number;
  inputBytes: number;
  outputBytes: number;
  /** The part of outputBytes that was sent to replicas. */
  replicaOutputBytes: number;
  errorReplies: number;
}

export abstract class Process implements Machine {
  // Set by `boot`, the first call of `start`.
  facts!: Facts;
  random!: Random;
  /** For IDs only: they must differ between two processes with the same seed for `random`. */
  identities!: Random;
  startedAt: Micros = 0;
  /**
   * INFO's run_id: 40 hex digits, new at every start. Sentinels break ties between replicas by
   * comparing run IDs, so the first digits come from `random`: the same seed gives the same failover.
   */
  runId = '';
  now: Micros = 0;
  /** In the order in which they connected. */
  readonly clients = new Map<ConnId, Client>();
  /** Connections that this process opened and that are not clients. */
  readonly outgoing = new Map<ConnId, OutgoingConnection>();
  readonly pubSub = new PubSub();
  readonly blocking = new Blocking(this);
  readonly stats: ProcessStats = {
    connectionsReceived: 0,
    rejectedConnections: 0,
    commandsProcessed: 0,
    inputBytes: 0,
    outputBytes: 0,
    replicaOutputBytes: 0,
    errorReplies: 0,
  };
  private nextClientId = 1;
  /** Clients that maxclients does not count. */
  private operatorClients = 0;
  private ready: Client[] = [];
  private dirty: Connection[] = [];
  private effects: Effects | undefined = undefined;
  private readonly anonymousLimits = { bulkBytesMax: 0, authenticated: false };
  private readonly limits = { bulkBytesMax: 0, authenticated: true };

  /** Sets what every process has. `start` calls it first. */
  protected boot(now: Micros, facts: Facts, out: Effects): void {
    this.begin(now, out);
    this.facts = facts;
    this.startedAt = now;
    this.random = new Random(facts.seed);
    this.identities = new Random(facts.identitySeed);
    this.runId = this.random.hex(8) + this.identities.hex(32);
  }

  /** Where the effects of the present event are written. Throws outside an event. */
  get out(): Effects {
    if (this.effects === undefined) throw new InvariantError('an effect outside of an event');
    return this.effects;
  }

  get nowMs(): number {
    return Math.floor(this.now / 1000);
  }

  // What the concrete process provides.

  abstract readonly settings: ProcessSettings;
  /** The role letter of log lines: M, S, X, C. */
  abstract readonly logRole: string;
  abstract readonly mode: 'standalone' | 'sentinel';
  /** The command table; a getter, because tables are not state. */
  abstract get commands(): CommandTable;
  protected abstract readonly call: Call;
  /** The error reply to a known command that must not run now; undefined if it may. Its arity is right. */
  protected abstract refuses(entry: CommandEntry, client: Client): string | undefined;
  /** Whether CLIENT PAUSE postpones a command that may otherwise run now. The process ends that wait later. */
  protected postpones(_entry: CommandEntry, _client: Client): boolean {
    return false;
  }

  /**
   * Called before the client's next requests are read, at most `countMax` of them. Returns how many
   * requests may be executed until the next call.
   */
  protected prepare(_client: Client, countMax: number): number {
    return countMax;
  }

  /** Runs the command that `call` holds. */
  protected abstract perform(call: Call): void;
  /** Called before the client is forgotten, after its subscriptions have been removed. */
  protected abstract clientGone(client: Client): void;
  /** RESET: drops the client's transaction and all other state that the process keeps for it. */
  abstract resetClient(client: Client): void;
  /** Writes the reply to a command whose wait has timed out; for the kinds of waits with a deadline. */
  replyTimeout(on: BlockedOn, _reply: ReplyWriter): void {
    throw new InvariantError(`a wait for ${on.kind} has no deadline`);
  }

  protected abstract outgoingConnected(
    outgoing: OutgoingConnection,
    error: string | undefined,
  ): void;
  /** `chunk` is borrowed. */
  protected abstract outgoingData(outgoing: OutgoingConnection, chunk: Buffer): void;
  protected abstract outgoingClosed(outgoing: OutgoingConnection): void;
  /** Called when output is large or exceeds the send window, to apply output buffer limits. May kill the connection. */
  protected abstract outputWaits(connection: Connection): void;
  /** Called once per event, after its commands and before its output is sent. */
  protected abstract beforeFlush(): void;

  abstract start(now: Micros, facts: Facts, files: Files, out: Effects): void;
  abstract fileDone(now: Micros, token: Token, result: FileResult, out: Effects): void;
  abstract childDone(now: Micros, child: Token, result: ChildResult, out: Effects): void;
  abstract signal(now: Micros, name: string, out: Effects): void;
  abstract tick(now: Micros, out: Effects): void;
  abstract nextDeadline(): Micros;

  /** Starts an event. Every input method calls it first. */
  protected begin(now: Micros, out: Effects): void {
    this.now = now;
    this.effects = out;
  }

  accepted(now: Micros, conn: ConnId, peer: Peer, out: Effects): void {
    this.begin(now, out);
    this.stats.connectionsReceived += 1;
    const client = this.addClient(conn, peer);
    if (peer.isOperator === true) this.operatorClients += 1;
    else if (this.clients.size - this.operatorClients > this.settings.maxclients) {
      this.stats.rejectedConnections += 1;
      client.reply.error('ERR max number of clients reached');
      this.closeAfterReply(client);
    }
  }

  unreadBytes(): number {
    let sum = 0;
    for (const client of this.clients.values()) sum += client.reader.held;
    return sum;
  }

  connected(
    now: Micros,
    conn: ConnId,
    peer: Peer | undefined,
    error: string | undefined,
    out: Effects,
  ): void {
    this.begin(now, out);
    const outgoing = this.outgoing.get(conn);
    if (outgoing === undefined) return;
    if (peer !== undefined) {
      outgoing.peer = peer;
      outgoing.established = true;
    } else {
      this.outgoing.delete(conn);
    }
    this.outgoingConnected(outgoing, error);
  }

  receive(now: Micros, conn: ConnId, chunk: Buffer, out: Effects): void {
    this.begin(now, out);
    this.stats.inputBytes += chunk.length;
    const client = this.clients.get(conn);
    if (client !== undefined) {
      if (client.closeAfterReply) return;
      client.lastInteraction = now;
      client.reader.feed(chunk);
      this.wake(client);
      return;
    }
    const outgoing = this.outgoing.get(conn);
    if (outgoing !== undefined) this.outgoingData(outgoing, chunk);
  }

  drained(now: Micros, conn: ConnId, bytes: number, out: Effects): void {
    this.begin(now, out);
    const connection = this.clients.get(conn) ?? this.outgoing.get(conn);
    if (connection === undefined) return;
    connection.inFlight -= bytes;
    this.touch(connection);
  }

  closed(now: Micros, conn: ConnId, _reason: 'eof' | 'reset' | 'timeout', out: Effects): void {
    this.begin(now, out);
    const client = this.clients.get(conn);
    if (client !== undefined) {
      this.forget(client);
      return;
    }
    const outgoing = this.outgoing.get(conn);
    if (outgoing === undefined) return;
    this.outgoing.delete(conn);
    this.outgoingClosed(outgoing);
  }

  run(now: Micros, budget: number, out: Effects): boolean {
    this.begin(now, out);
    let left = budget;
    let served = 0;
    while (served < this.ready.length && left > 0 && !out.cpuTaken) {
      const client = this.ready[served]!;
      left = this.serve(client, left);
      // A client whose command took the CPU stays first: the rest of its pipeline runs next.
      if (left > 0 && !out.cpuTaken) {
        client.ready = false;
        client.reader.settle();
        served += 1;
      }
    }
    if (served === this.ready.length) this.ready.length = 0;
    else this.ready.splice(0, served);
    for (const client of this.ready) client.reader.settle();
    this.beforeFlush();
    this.flush();
    this.call.release();
    this.effects = undefined;
    return this.ready.length > 0;
  }

  /** Opens a connection for `owner`; outgoingConnected follows. */
  connect(host: string, port: number, owner: string): OutgoingConnection {
    const outgoing = new OutgoingConnection(this.out.connect(host, port), owner);
    this.outgoing.set(outgoing.conn, outgoing);
    return outgoing;
  }

  /** Closes an outgoing connection; outgoingClosed is not called. */
  disconnect(outgoing: OutgoingConnection): void {
    if (this.outgoing.delete(outgoing.conn)) this.out.close(outgoing.conn);
  }

  /** Turns an outgoing connection into a client: a replica's connection to its master, after the handshake. */
  adopt(outgoing: OutgoingConnection): Client {
    this.outgoing.delete(outgoing.conn);
    const client = this.addClient(outgoing.conn, outgoing.peer);
    client.authenticated = true;
    client.inFlight = outgoing.inFlight;
    return client;
  }

  /** Memory of the output that waits to be sent to the client: CLIENT LIST's omem. */
  outputMemory(client: Client): number {
    return client.outputMemory;
  }

  /** Marks the connection to be flushed at the end of this event. */
  touch(connection: Connection): void {
    if (connection.dirty) return;
    connection.dirty = true;
    this.dirty.push(connection);
  }

  /** Adds the client to the list of clients that may have requests to execute. */
  wake(client: Client): void {
    if (client.ready) return;
    client.ready = true;
    this.ready.push(client);
  }

  closeAfterReply(client: Client): void {
    client.closeAfterReply = true;
    this.touch(client);
  }

  /** Closes the connection at once; unsent output is lost. */
  kill(client: Client): void {
    if (this.clients.get(client.conn) !== client) return;
    client.discard();
    this.out.close(client.conn);
    this.forget(client);
  }

  log(level: LogLevel, line: string): void {
    const shown = line.length > LOG_LENGTH_MAX ? line.slice(0, LOG_LENGTH_MAX) : line;
    this.out.log(level, this.logRole, shown);
  }

  note(note: Note): void {
    this.out.note(note);
  }

  private addClient(conn: ConnId, peer: Peer): Client {
    const client = new Client(
      this.nextClientId,
      conn,
      peer,
      this.now,
      this.settings.requirepass === '',
    );
    this.nextClientId += 1;
    this.clients.set(conn, client);
    return client;
  }

  private forget(client: Client): void {
    this.clients.delete(client.conn);
    if (client.peer.isOperator === true) this.operatorClients -= 1;
    client.closeAfterReply = true;
    this.cleanUp(client);
  }

  /** Drops what the parts keep for a client that has gone. */
  protected cleanUp(client: Client): void {
    this.blocking.forget(client);
    this.pubSub.unsubscribeAll(client);
    this.clientGone(client);
  }

  /** Executes the client's requests. Returns the budget that is left. */
  private serve(client: Client, budget: number): number {
    let left = budget;
    const limits = this.limitsOf(client);
    const { out } = this;
    let prepared = 0;
    while (left > 0 && client.blockedOn === undefined && !client.closeAfterReply && !out.cpuTaken) {
      if (prepared <= 0) prepared = this.prepare(client, left);
      if (!this.nextRequest(client, limits)) break;
      prepared -= 1;
      left -= 1;
      if (client.replyMode === 'on') this.execute(client);
      else this.executeMuted(client);
    }
    return left;
  }

  /** Executes a request of a client with CLIENT REPLY OFF or SKIP. */
  private executeMuted(client: Client): void {
    beginMuted(client);
    this.execute(client);
    endMuted(client);
  }

  /** Reads the client's next request into its reader. Returns false if none is complete. */
  private nextRequest(client: Client, limits: ReaderLimits): boolean {
    if (client.postponed) {
      client.postponed = false;
      client.reader.resume();
      return true;
    }
    try {
      return client.reader.next(limits);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.protocolError(client, error.message);
      return false;
    }
  }

  private limitsOf(client: Client): ReaderLimits {
    const limits = client.authenticated ? this.limits : this.anonymousLimits;
    limits.bulkBytesMax = this.settings.protoMaxBulkLen;
    return limits;
  }

  private protocolError(client: Client, message: string): void {
    this.log(
      'verbose',
      `Protocol error (${message}) from client: id=${client.id} addr=${client.peer.addr}.`,
    );
    const error = `ERR Protocol error: ${message}`;
    // The error is the reply to a command, so CLIENT REPLY applies to it.
    beginMuted(client);
    client.reply.error(error);
    endMuted(client);
    this.countError(client, error);
    this.closeAfterReply(client);
  }

  /** Executes the request in the client's reader. */
  private execute(client: Client): void {
    const { request } = client.reader;
    const entry = this.resolve(client, request);
    if (entry === undefined) {
      this.touch(client);
      return;
    }
    client.lastCommand = entry.name;
    const call = this.call;
    call.hold(client, entry, request, client.reply);
    const refusal = this.refuses(entry, client);
    if (refusal !== undefined) {
      this.rejectCall(client, entry, refusal);
    } else if (this.postpones(entry, client)) {
      client.postponed = true;
      client.reader.keep();
      this.blocking.block(client, { kind: 'pause' });
    } else {
      this.perform(call);
    }
    if (client.reply.length > 0) this.touch(client);
  }

  /** Finds the command of the request. If there is none to run, replies with an error and returns undefined. */
  private resolve(client: Client, request: Request): CommandEntry | undefined {
    const entry = this.commands.resolve(request);
    if (entry === undefined) {
      if (isHttp(request)) this.crossProtocol(client);
      else this.reject(client, unknownCommand(this.commands, request));
      return undefined;
    }
    if (entry.accepts(request.argc)) return entry;
    this.rejectCall(client, entry, replyErrors.wrongArity(entry.name));
    return undefined;
  }

  /** Rejects a known command. A process with transactions also aborts EXEC with the error. */
  protected rejectCall(client: Client, _entry: CommandEntry, error: string): void {
    this.reject(client, error);
  }

  /** Counts an error reply. */
  countError(_client: Client, _error: string): void {
    this.stats.errorReplies += 1;
  }

  /** Replies with an error before the command runs. A transaction in progress fails. */
  protected reject(client: Client, error: string): void {
    if (client.transaction !== undefined) client.transaction.failed = true;
    client.reply.error(error);
    this.countError(client, error);
  }

  /** An HTTP request, from a browser: Redis's protection against cross protocol scripting (securityWarningCommand). */
  private crossProtocol(client: Client): void {
    this.log(
      'warning',
      'Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection aborted.',
    );
    this.kill(client);
  }

  /** Sends the output that was written during the event. */
  private flush(): void {
    const dirty = this.dirty;
    for (let i = 0; i < dirty.length; i += 1) {
      const connection = dirty[i]!;
      connection.dirty = false;
      const known =
        this.clients.get(connection.conn) === connection || this.outgoing.has(connection.conn);
      if (!known) continue;
      if (connection.reply.length > STATIC_REPLY_BYTES) {
        this.outputWaits(connection);
        if (!connection.hasOutput) continue;
      }
      const sentBefore = connection.inFlight;
      const empty = connection.flush(this.out);
      this.countSent(connection, connection.inFlight - sentBefore);
      if (empty && connection.closeAfterReply) this.finish(connection);
      else if (!empty) this.outputWaits(connection);
    }
    dirty.length = 0;
  }

  private countSent(connection: Connection, bytes: number): void {
    this.stats.outputBytes += bytes;
    if (connection instanceof Client && connection.kind === 'replica') {
      this.stats.replicaOutputBytes += bytes;
    }
  }

  private finish(connection: Connection): void {
    this.out.close(connection.conn);
    if (connection instanceof Client) this.forget(connection);
    else this.outgoing.delete(connection.conn);
  }
}

function isHttp(request: Request): boolean {
  const name = request.head(0, NAME_SHOWN_MAX).toLowerCase();
  return name === 'post' || name === 'host:';
}

/** The error reply to a request for a command, or a subcommand, that does not exist. */
function unknownCommand(commands: CommandTable, request: Request): string {
  const name = request.head(0, NAME_SHOWN_MAX);
  const container = commands.findIn(request, 0);
  if (container !== undefined) {
    const subname = request.head(1, NAME_SHOWN_MAX);
    return `ERR unknown subcommand '${subname}'. Try ${container.name.toUpperCase()} HELP.`;
  }
  // Arguments are quoted until 128 bytes of them are shown.
  let shown = '';
  for (let at = 1; at < request.argc && shown.length < ARGUMENTS_SHOWN_MAX; at += 1) {
    shown += `'${request.head(at, ARGUMENTS_SHOWN_MAX - shown.length)}' `;
  }
  return `ERR unknown command '${name}', with args beginning with: ${shown}`;
}
