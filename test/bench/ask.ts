/** One command on a connection of its own; the reply as plain values. */

import { connect } from 'node:net';
import { type Reply, ReplyReader } from '../../src/engine/resp/replyReader.ts';

export type Plain = string | number | null | Plain[];

export function ask(port: number, args: readonly string[], limitMs = 2000): Promise<Plain> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const reader = new ReplyReader();
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(limitMs, () => fail(new Error('no reply')));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('closed')));
    socket.on('data', (chunk) => {
      reader.feed(chunk);
      const reply = reader.next();
      if (reply === undefined) return;
      socket.destroy();
      if (reply.type === 'error') reject(new Error(reply.text));
      else resolve(plain(reply));
    });
    socket.write(
      `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`,
    );
  });
}

function plain(reply: Reply): Plain {
  switch (reply.type) {
    case 'simple':
    case 'error':
    case 'bigNumber':
      return reply.text;
    case 'integer':
      return Number(reply.value);
    case 'bulk':
    case 'verbatim':
      return reply.bytes.toString('latin1');
    case 'double':
      return reply.value;
    case 'boolean':
      return reply.value ? 1 : 0;
    case 'null':
      return null;
    default:
      return reply.items.map(plain);
  }
}
