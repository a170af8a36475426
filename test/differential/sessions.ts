/**
 * Scripts of several connections, sent to our server and to a real one; every reply is compared.
 * Both servers are fresh; database 0 is selected on each connection.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { ConnId } from '../../src/engine/machine/machine.ts';
import { ServerHarness } from '../support/serverHarness.ts';
import { Incoming } from './incoming.ts';
import { type Arg, encodeCommand, RealServer, whyNoRealServer } from './realServer.ts';
import { replyEnd, shown, splitReplies } from './replies.ts';

/** A connection's name and a command: `a SET k v`. */
export type Step = string | StepWithArgs;

interface StepWithArgs {
  readonly on: string;
  readonly args: readonly Arg[];
}

/**
 * `a ...` alone: the reply that a put off command of `a` gets now. `a! SET k v`: no reply yet.
 * `a~ HELLO 3`: the replies differ.
 */
const READ = '...';

class RealConnection {
  private readonly socket: Socket;
  private readonly incoming: Incoming;

  constructor(socket: Socket) {
    this.socket = socket;
    this.incoming = new Incoming(socket);
  }

  static async open(port: number): Promise<RealConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RealConnection(socket);
  }

  write(args: readonly Arg[]): void {
    this.socket.write(encodeCommand(args));
  }

  async read(): Promise<Buffer> {
    let end = -1;
    await this.incoming.until((bytes) => {
      end = bytes.length === 0 ? -1 : replyEnd(bytes, 0);
      return end >= 0;
    });
    return this.incoming.take(end);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Declares a test of the script. */
export function sessionTest(name: string, steps: readonly Step[]): void {
  test(`${name}, as a real server`, { skip: whyNoRealServer() ?? false }, async () => {
    const real = await RealServer.start();
    const ours = new ServerHarness([], Date.now() * 1000);
    ours.send(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
    const theirConns = new Map<string, RealConnection>();
    const ourConns = new Map<string, ConnId>();
    try {
      for (const [index, step] of steps.entries()) {
        const { on, args, reads, waits, compares } = parse(step);
        let their = theirConns.get(on);
        if (their === undefined) {
          their = await RealConnection.open(real.port);
          theirConns.set(on, their);
          ourConns.set(on, ours.connect());
        }
        ours.now = Math.max(ours.now, Date.now() * 1000);
        if (args.length > 0) their.write(args);
        const own =
          args.length > 0 ? ours.send(args, ourConns.get(on)) : ours.received(ourConns.get(on));
        const where = `step ${index}: ${typeof step === 'string' ? step : step.args.join(' ')}`;
        if (waits) assert.equal(shown(own), '""', `${where}: answered at once`);
        if (!reads) continue;
        // What has come besides the reply, or without one, is as many replies as here.
        const parts: Buffer[] = [];
        for (let left = Math.max(splitReplies(own).length, 1); left > 0; left -= 1) {
          parts.push(await their.read());
        }
        const expected = Buffer.concat(parts);
        if (compares) assert.equal(shown(own), shown(expected), where);
      }
    } finally {
      for (const connection of theirConns.values()) connection.close();
      await real.stop();
    }
  });
}

interface ParsedStep {
  readonly on: string;
  readonly args: readonly Arg[];
  readonly reads: boolean;
  readonly waits: boolean;
  readonly compares: boolean;
}

function parse(step: Step): ParsedStep {
  if (typeof step !== 'string') return { ...step, reads: true, waits: false, compares: true };
  const [name, ...words] = step.split(' ');
  const waits = name!.endsWith('!');
  const compares = !name!.endsWith('~');
  const on = name!.replace(/[!~]$/, '');
  const args = words[0] === READ ? [] : words.map((word) => (word === "''" ? '' : word));
  return { on, args, reads: !waits, waits, compares };
}
