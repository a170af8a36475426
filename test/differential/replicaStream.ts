/** The replication stream of a real server, as a replica that speaks plain SYNC gets it. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Incoming } from './incoming.ts';
import { type Arg, encodeCommand } from './realServer.ts';
import { childrenOf, splitReplies, textOf } from './replies.ts';

/** A propagated command, the number of its database in front. */
export type Propagated = readonly string[];

export class ReplicaStream {
  private readonly socket: Socket;
  private readonly incoming: Incoming;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.incoming = new Incoming(socket);
  }

  /** Connects and synchronizes; from then on everything is in the stream. */
  static async open(port: number): Promise<ReplicaStream> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const stream = new ReplicaStream(socket);
    socket.write(encodeCommand(['SYNC']));
    // `$<length>` and the RDB file; line breaks keep the link alive until then.
    const header = /^\n*\$(\d+)\r\n/;
    const { incoming } = stream;
    await incoming.until((bytes) => header.test(startOf(bytes)));
    const [whole, length] = header.exec(startOf(incoming.bytes))!;
    const end = whole.length + Number(length);
    await incoming.until((bytes) => bytes.length >= end);
    incoming.take(end);
    return stream;
  }

  /** What came up to and with the command `last`. */
  async commandsUntil(last: readonly Arg[]): Promise<Propagated[]> {
    const mark = encodeCommand(last);
    await this.incoming.until((bytes) => bytes.includes(mark));
    const end = this.incoming.bytes.indexOf(mark) + mark.length;
    const commands: Propagated[] = [];
    let db = '';
    for (const command of splitReplies(this.incoming.take(end))) {
      const words = childrenOf(command).map(textOf);
      if (words[0] === 'SELECT') db = words[1]!;
      else if (words[0] !== 'ping') commands.push([db, ...words]);
    }
    return commands;
  }

  close(): void {
    this.socket.destroy();
  }
}

function startOf(bytes: Buffer): string {
  return bytes.subarray(0, 100).latin1Slice();
}
