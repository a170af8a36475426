/**
 * One client of the control endpoint: SANDBOX, and enough of Redis for the clients of all languages to
 * connect.
 *
 * Invariants: replies are in the order of the requests. While a reply is pending, or the client does not
 * read its replies, no further request is executed and the socket is not read: so the memory of a client
 * is bounded in both directions. An exception ends only its own connection.
 */

import type { Socket } from 'node:net';
import { ProtocolError } from '../engine/machine/errors.ts';
import { fromUnicode, toLatin1, toUnicode } from '../engine/resp/bytes.ts';
import { ReplyWriter } from '../engine/resp/replyWriter.ts';
import { RequestReader } from '../engine/resp/requestReader.ts';
import type { Operation, Outcome } from '../view/messages.ts';
import { parseSandboxCommand, sandboxHelp } from './controlCommands.ts';
import { writeJson } from './jsonReply.ts';
import { formatLogEntry } from './logLine.ts';

const LIMITS = { bulkBytesMax: 1024 * 1024, authenticated: true };
/** The most bytes of an incomplete request with all its arguments. */
const REQUEST_BYTES_MAX = 2 * 1024 * 1024;
/** The most input that waits for an answer before the socket is paused. */
const WAITING_BYTES_MAX = 64 * 1024;
/** The most bytes of replies that wait for the client while the next request is executed. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

export type Perform = (operation: Operation, done: (outcome: Outcome) => void) => void;

export class ControlConnection {
  private readonly id: number;
  private readonly socket: Socket;
  private readonly perform: Perform;
  private readonly reader = new RequestReader();
  private readonly reply = new ReplyWriter();
  private name = '';
  private isWaiting = false;
  private isClosing = false;

  constructor(id: number, socket: Socket, perform: Perform) {
    this.id = id;
    this.socket = socket;
    this.perform = perform;
    socket.on('data', (chunk: Buffer) => {
      this.reader.feed(chunk);
      this.serve();
    });
    socket.on('drain', () => this.serve());
    socket.on('error', () => {}); // `close` follows and cleans up.
  }

  private serve(): void {
    try {
      while (this.isReady && this.reader.next(LIMITS)) {
        this.execute(this.reader.request.argsFrom(0).map(toLatin1));
        this.flush();
      }
      this.reader.settle();
      if (this.isReady && this.reader.held > REQUEST_BYTES_MAX) {
        throw new ProtocolError('too big request');
      }
    } catch (error) {
      const isBreach = error instanceof ProtocolError;
      const what = isBreach ? `Protocol error: ${error.message}` : `a bug of the sandbox: ${error}`;
      this.reply.error(`ERR ${what}`);
      this.isClosing = true;
    }
    this.flush();
    this.regulate();
  }

  private get isReady(): boolean {
    return !this.isWaiting && !this.isClosing && this.socket.writableLength < OUTPUT_BYTES_MAX;
  }

  /** Reads the socket only while its input can be processed. */
  private regulate(): void {
    const { socket, reader } = this;
    if (this.isReady) socket.resume();
    else if (reader.unread > WAITING_BYTES_MAX) socket.pause();
  }

  private flush(): void {
    const { reply, socket } = this;
    for (let part = reply.take(); part !== undefined; part = reply.take()) {
      if (!socket.destroyed) socket.write(part);
    }
    if (socket.destroyed) return;
    if (this.isClosing) socket.destroySoon();
  }

  private execute(args: readonly string[]): void {
    const command = args[0]!.toUpperCase();
    const { reply } = this;
    switch (command) {
      case 'SANDBOX':
        this.sandbox(args.slice(1).map(toUnicode));
        return;
      case 'PING':
        if (args[1] === undefined) reply.simple('PONG');
        else reply.bulk(args[1]);
        return;
      case 'ECHO':
        if (args[1] === undefined) reply.error("ERR wrong number of arguments for 'echo' command");
        else reply.bulk(args[1]);
        return;
      case 'HELLO':
        this.hello(args);
        return;
      case 'CLIENT':
        this.client(args);
        return;
      case 'INFO':
        reply.verbatim('txt', '# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n');
        return;
      case 'SELECT':
        if (args[1] === '0') reply.ok();
        else reply.error('ERR DB index is out of range');
        return;
      case 'QUIT':
        reply.ok();
        this.isClosing = true;
        return;
      case 'POST':
      case 'HOST:':
        // A browser's request, whose body could contain commands: closed without an answer, as in Redis.
        this.isClosing = true;
        return;
      default:
        reply.error(
          `ERR unknown command '${args[0]!.slice(0, 128)}': this is the control endpoint of a sandbox. Try SANDBOX HELP.`,
        );
    }
  }

  private hello(args: readonly string[]): void {
    const { reply } = this;
    let at = 1;
    const version = args[at];
    if (version !== undefined) {
      if (version !== '2' && version !== '3') {
        reply.error('NOPROTO unsupported protocol version');
        return;
      }
      at += 1;
    }
    for (; at < args.length; at += 2) {
      const option = args[at]!.toUpperCase();
      if (option === 'AUTH') at += 1;
      else if (option === 'SETNAME') this.name = args[at + 1] ?? '';
      else {
        reply.error(`ERR Syntax error in HELLO option '${args[at]!.slice(0, 128)}'`);
        return;
      }
    }
    if (version !== undefined) reply.protocol = version === '3' ? 3 : 2;
    writeJson(reply, {
      server: 'redis',
      version: '7.0.15',
      proto: reply.protocol,
      id: this.id,
      mode: 'standalone',
      role: 'master',
      modules: [],
    });
  }

  private client(args: readonly string[]): void {
    const { reply } = this;
    switch (args[1]?.toUpperCase()) {
      case 'SETNAME':
        this.name = args[2] ?? '';
        reply.ok();
        return;
      case 'GETNAME':
        if (this.name === '') reply.null();
        else reply.bulk(this.name);
        return;
      case 'ID':
        reply.integer(this.id);
        return;
      case 'SETINFO':
        reply.ok();
        return;
      default:
        reply.error('ERR unknown subcommand: CLIENT knows SETNAME, GETNAME, SETINFO and ID here');
    }
  }

  private sandbox(words: readonly string[]): void {
    if (words[0]?.toUpperCase() === 'HELP') {
      const lines = sandboxHelp();
      this.reply.array(lines.length);
      for (const line of lines) this.reply.simple(fromUnicode(line));
      return;
    }
    const parsed = parseSandboxCommand(words);
    if ('error' in parsed) {
      this.reply.error(fromUnicode(parsed.error));
      return;
    }
    let isLate = false;
    this.isWaiting = true;
    this.perform(parsed.operation, (outcome) => {
      this.isWaiting = false;
      this.answer(outcome, parsed.asJson);
      // A late answer comes during an event, inside of which the next request must not run.
      if (isLate) setImmediate(() => this.serve());
    });
    isLate = true;
  }

  private answer(outcome: Outcome, asJson: boolean): void {
    const { reply } = this;
    if (!outcome.ok) reply.error(fromUnicode(outcome.error));
    else if (outcome.data !== undefined) {
      if (asJson) reply.bulk(fromUnicode(JSON.stringify(outcome.data)));
      else writeJson(reply, outcome.data);
    } else if (outcome.log !== undefined) {
      writeJson(
        reply,
        outcome.log.map((entry) => formatLogEntry(entry).trimEnd()),
      );
    } else if (outcome.lines !== undefined) {
      writeJson(reply, outcome.lines);
    } else {
      reply.simple(fromUnicode(outcome.text));
    }
  }
}
