/**
 * How sockets are read: all into one shared buffer, or, if this Node does not allow it, by the public
 * `data` event with a new buffer for every chunk.
 *
 * A shared buffer saves an allocation and its collection per chunk, which is a quarter of the throughput
 * without pipelining. `net.connect` accepts one (`onread`), but the accepted sockets of a server have
 * none: their handle must be moved into a socket that was created with one, for which there is no
 * public API. So the program tests at its start whether this works (`chooseSocketReads`).
 *
 * Invariants: a chunk is borrowed and valid only during the call. The caller of `accept` uses the
 * returned socket from then on. All uses of Node's private API are in this file.
 */

import * as net from 'node:net';

/** Receives each chunk, which is borrowed. */
export type OnBytes = (chunk: Buffer) => void;

export interface SocketReads {
  /**
   * Takes over a socket of a server with `pauseOnConnect`. Returns the socket to use from now on. It
   * begins to read when it is resumed or earlier, but never in this turn of the event loop.
   */
  accept(accepted: net.Socket, onBytes: OnBytes): net.Socket;
  /** As `net.connect`. */
  connect(options: net.TcpNetConnectOpts, onBytes: OnBytes): net.Socket;
}

/** The size that libuv itself requests for a read. */
const BUFFER_BYTES = 64 * 1024;
/** If it is 1, the public API is used. */
const PLAIN_READS = 'REPLICATION_SANDBOX_PLAIN_READS';
const TRIAL = 'PING';
/** A busy machine needs most of a second. */
const TRIAL_MS_MAX = 5_000;

/** What a socket keeps its handle in, and what the handle of a TCP socket has. */
interface Handled {
  _handle: { readonly useUserBuffer?: unknown } | null;
}

/**
 * Chooses the way that works here. Testing the shared buffer over loopback takes a few
 * milliseconds.
 */
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
  /** The view of the last chunk, which is reused when the next one has the same length. */
  private chunk = this.buffer;

  accept(accepted: net.Socket, onBytes: OnBytes): net.Socket {
    const raw = accepted as net.Socket & Handled;
    const handle = raw._handle;
    if (typeof handle?.useUserBuffer !== 'function') return accepted.on('data', onBytes);
    const options = { handle, allowHalfOpen: raw.allowHalfOpen, onread: this.onread(onBytes) };
    raw._handle = null;
    // Without a handle this only decrements its server's count.
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
        return true; // To stop reading, the socket is paused.
      },
    };
  }
}

/**
 * Resolves to true when a request and its end arrive over an accepted socket and the answer is sent.
 * It is written with plain events, because it is part of every start.
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

/** Echoes the bytes of a peer that has ended its side. */
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
