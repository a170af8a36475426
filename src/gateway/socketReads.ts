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
const TRIAL = 'PING';
/** A busy machine takes most of a second. */
const TRIAL_MS_MAX = 5_000;

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

/**
 * True when a request and its end come in, and the answer goes out, over an accepted socket. Written
 * with plain events: it is part of every start.
 */
function works(reads: SocketReads): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
    const client = new net.Socket();
    let accepted: net.Socket | undefined;
    let answer = '';
    const end = (): void => {
      clearTimeout(limit);
      for (const socket of [client, accepted]) socket?.destroy();
      server.close();
      resolve(answer === TRIAL);
    };
    const limit = setTimeout(end, TRIAL_MS_MAX);
    server.on('error', end).on('connection', (socket: net.Socket) => {
      try {
        accepted = echo(reads, socket);
      } catch {
        end();
      }
    });
    client.on('error', end).on('close', end);
    client.on('data', (chunk) => {
      answer += chunk.latin1Slice();
    });
    server.listen(0, '127.0.0.1', () => {
      client.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
      client.end(TRIAL);
    });
  });
}

/** Answers a peer that has ended its side with what it sent. */
function echo(reads: SocketReads, accepted: net.Socket): net.Socket {
  let heard = '';
  const socket = reads.accept(accepted, (chunk) => {
    heard += chunk.latin1Slice();
  });
  return socket
    .on('end', () => socket.end(heard))
    .on('error', () => {})
    .resume();
}
