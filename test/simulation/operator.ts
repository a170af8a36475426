/**
 * Who talks to nodes from outside while a simulation runs: an operator's commands, and the WAIT
 * probes. Commands are outside connections, so they are in the journal as a real client's are.
 */

import { type Reply, ReplyReader } from '../../src/engine/resp/replyReader.ts';
import { encodeRequest } from '../../src/sandbox/requests.ts';
import { END } from '../../src/world/connection.ts';
import type { Input, OutsidePort } from '../../src/world/input.ts';
import type { World } from '../../src/world/world.ts';

export type Heard = (replies: readonly Reply[]) => void;

interface Conversation {
  readonly node: string;
  readonly text: string;
  readonly reader: ReplyReader;
  readonly replies: Reply[];
  readonly wanted: number;
  readonly heard: Heard;
}

export class Operator implements OutsidePort {
  private readonly inject: (input: Input) => void;
  private readonly conversations = new Map<number, Conversation>();
  private lastConn = 0;

  constructor(inject: (input: Input) => void) {
    this.inject = inject;
  }

  /**
   * Opens a connection, sends the requests, and calls `heard` in the very event in which the last
   * answer arrives; never, if it does not. Gives the connection: to be ended by `end`.
   */
  say(
    node: string,
    port: number,
    requests: readonly (readonly string[])[],
    heard: Heard = () => {},
  ): number {
    this.lastConn += 1;
    const conn = this.lastConn;
    const peer = `127.0.0.1:${10_000 + conn}`;
    const wanted = requests.length;
    const text = requests.map((words) => words.join(' ')).join('; ');
    const reader = new ReplyReader();
    this.conversations.set(conn, { node, text, reader, replies: [], wanted, heard });
    this.inject({ kind: 'accept', conn, node, port, peer });
    const bytes = Buffer.concat(requests.map((words) => encodeRequest(words)));
    this.inject({ kind: 'data', conn, bytes });
    return conn;
  }

  isWaiting(conn: number): boolean {
    return this.conversations.has(conn);
  }

  /** What has not been answered although its connection is open at both ends; a sentence each. */
  unanswered(world: World): string[] {
    const found: string[] = [];
    for (const [conn, { node, text, replies, wanted }] of this.conversations) {
      if (world.state.outsideEnds.get(conn)?.peer.state !== END.open) continue;
      found.push(`${node} has given ${replies.length} of ${wanted} answers to ${text}`);
    }
    return found;
  }

  end(conn: number): void {
    this.conversations.delete(conn);
    this.inject({ kind: 'eof', conn });
  }

  // What the world calls. It must not inject: in copies and replays there is nobody here.

  send(conn: number, bytes: Buffer): void {
    const conversation = this.conversations.get(conn);
    if (conversation === undefined) return;
    const { reader, replies, wanted, heard } = conversation;
    reader.feed(bytes);
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
    if (replies.length < wanted) return;
    this.conversations.delete(conn);
    heard(replies);
  }

  close(conn: number): void {
    this.conversations.delete(conn);
  }

  connect(): void {}
  listen(): void {}
  closeListener(): void {}
}
