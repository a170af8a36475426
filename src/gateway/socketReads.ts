/**
 * How the bytes of sockets come in: all into one shared buffer, or, where this Node cannot, by the
 * public `data` event with a new buffer for every chunk.
 *
 * A shared buffer costs no allocation and no collection for a chunk: that is worth a quarter of the
 * throughput without pipelining. `net.connect` takes one (`onread`), but a server's accepted sockets
 * do not: their handle has to be moved into a socket that was made with one, and for that there is
 * no public way. So whether it works is tried out when the program starts (`chooseSocketReads`).
 *
 * Invariants: a chunk is borrowed, it is valid during the call only; whoever accepts a socket goes on
 * with the one that `accept` returns. Everything private of Node's net is in this file.
 */

import { once } from 'node:events';
import * as net from 'node:net';

/** Gets each chunk as it comes in; it is borrowed. */
export type OnBytes = (chunk: Buffer) => void;

export interface SocketReads {
  /**
   * Takes over a socket of a server made with `pauseOnConnect`. Returns the socket to go on with,
   * which reads once it is resumed, if not before: in a later turn in any case.
   */
  accept(accepted: net.Socket, onBytes: OnBytes): net.Socket;
  /** As `net.connect`. */
  connect(options: net.TcpNetConnectOpts, onBytes: OnBytes): net.Socket;
}

/** What libuv itself asks for in one read. */
const BUFFER_BYTES = 64 * 1024;
/** Set to 1, it forces the public way. */
const PLAIN_READS = 'REPLICATION_SANDBOX_PLAIN_READS';
const TRIAL_MS_MAX = 1_000;

/** What a socket keeps its handle in, and what the handle of a TCP socket has. */
interface Handled {
  _handle: { readonly useUserBuffer?: unknown } | null;
}

/** The way to read that works here. Tries the shared buffer out over loopback: a few milliseconds. */
export async function chooseSocketReads(): Promise<SocketReads> {
  if (process.env[PLAIN_READS] === '1') return new PlainReads();
  const shared = new SharedReads();
  return (await works(shared)) ? shared : new PlainReads();
}

export class PlainReads implements SocketReads {
  accept(accepted: net.Socket, onBytes: OnBytes): net.Socket {
    return accepted.on('data', onBytes);
  }

  connect(options: net.TcpNetConnectOpts, onBytes: OnBytes): net.Socket {
    return net.connect(options).on('data', onBytes);
  }
}

export class SharedReads implements SocketReads {
  private readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /** The last chunk: the next one is often as long, and needs no view of its own then. */
  private chunk = this.buffer;

  accept(accepted: net.Socket, onBytes: OnBytes): net.Socket {
    const raw = accepted as net.Socket & Handled;
    const handle = raw._handle;
    if (typeof handle?.useUserBuffer !== 'function') return accepted.on('data', onBytes);
    const options = { handle, allowHalfOpen: raw.allowHalfOpen, onread: this.onread(onBytes) };
    raw._handle = null;
    // Without its handle it only leaves its server's count.
    raw.destroy();
    return new net.Socket(options as net.SocketConstructorOpts);
  }

  connect(options: net.TcpNetConnectOpts, onBytes: OnBytes): net.Socket {
    return net.connect({ ...options, onread: this.onread(onBytes) });
  }

  private onread(onBytes: OnBytes): net.OnReadOpts {
    return {
      buffer: this.buffer,
      callback: (length) => {
        if (length !== this.chunk.length) this.chunk = this.buffer.subarray(0, length);
        onBytes(this.chunk);
        return true; // Whoever does not want more pauses the socket.
      },
    };
  }
}

/** True when a request and its end come in, and the answer goes out, over an accepted socket. */
async function works(reads: SocketReads): Promise<boolean> {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  const sockets: net.Socket[] = [];
  try {
    const signal = AbortSignal.timeout(TRIAL_MS_MAX);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening', { signal });
    const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    sockets.push(client.on('error', () => {}));
    client.end('PING');
    const [accepted] = (await once(server, 'connection', { signal })) as [net.Socket];
    let heard = '';
    const socket = reads.accept(accepted, (chunk) => {
      heard += chunk.latin1Slice();
    });
    sockets.push(socket.on('error', () => {}));
    socket.on('end', () => socket.end(heard)).resume();
    const answer = await client.setEncoding('latin1').toArray({ signal });
    return answer.join('') === 'PING';
  } catch {
    return false;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}
