/**
 * Every node's port as a real TCP endpoint on 127.0.0.1, and the nodes' connections to real peers.
 *
 * Invariants: sockets and outside connections of the world correspond one to one for their whole life,
 * including a pending connect. A node that does not listen has no listener, so clients are refused as by
 * a dead process. Faults live in the world's links, never here.
 *
 * A host behind a cut, or without power, answers no connect. TCP over loopback cannot simulate that:
 * this machine's kernel completes every handshake at an open port, and refuses at a closed one, which
 * only a live host does. (With a full backlog, connects hang on Linux and macOS and are refused on
 * Windows; but Node accepts every connection.) So the port stays open, a connect succeeds, and silence
 * follows, as on the older connections: a client sees its command time out rather than its connect.
 * Everything waits at the world's link. When the power is back, the new kernel resets the connections
 * that it does not know, and so does the socket.
 */

import * as net from 'node:net';
import { SEND_WINDOW_BYTES } from '../engine/machine/machine.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { displayed, SHOWN } from '../view/displayed.ts';
import type { OutsidePort, Traffic } from '../world/input.ts';
import { endInOrder } from './endInOrder.ts';
import { errnoCode, errnoText } from './errno.ts';
import type { LiveLoop } from './liveLoop.ts';
import { loopbackAddress } from './loopback.ts';
import { Outbox, Output } from './output.ts';
import type { SocketReads } from './socketReads.ts';

const HOST = '127.0.0.1';
/** With more bytes than this that a node has not read, its peer's socket is paused. */
const UNREAD_BYTES_MAX = SEND_WINDOW_BYTES;
/** The pause between attempts to reopen the port of a restarted node. */
const LISTEN_RETRY_MS = 500;

/** A port cannot be opened. */
export class PortError extends Error {
  override readonly name = 'PortError';
  /** The port, if another program holds it; undefined for other reasons. */
  readonly takenPort: number | undefined;

  /** `owner` is what should have listened there. */
  constructor(port: number, owner: string, cause: unknown) {
    super(`port ${port} (${owner}): ${errnoText(cause)}`);
    this.takenPort = errnoCode(cause) === 'EADDRINUSE' ? port : undefined;
  }
}

class Peer {
  readonly conn: number;
  readonly node: string;
  readonly socket: net.Socket;
  readonly output: Output;
  unreadBytes = 0;
  /** Whether both sides have it; false while a node's connect is pending. */
  isOpen = false;

  constructor(conn: number, node: string, socket: net.Socket) {
    this.conn = conn;
    this.node = node;
    this.socket = socket;
    this.output = new Output(socket);
  }
}

export class Endpoints implements OutsidePort {
  private readonly sandbox: Sandbox;
  private readonly loop: LiveLoop;
  private readonly reads: SocketReads;
  private readonly peers = new Map<number, Peer>();
  /** Sockets that their nodes have closed, with unsent last bytes. */
  private readonly lingering = new Set<net.Socket>();
  private readonly listeners = new Map<number, net.Server>();
  private readonly outbox = new Outbox<Peer>();
  private isClosed = false;
  /** Is told how many bytes have arrived, before the world receives them. */
  onBytes: (count: number) => void = () => {};

  constructor(sandbox: Sandbox, loop: LiveLoop, reads: SocketReads) {
    this.sandbox = sandbox;
    this.loop = loop;
    this.reads = reads;
  }

  /** Listens on the port of every node that listens. Throws PortError. */
  async open(): Promise<void> {
    this.sandbox.openTo(this);
    for (const view of this.sandbox.world.nodes()) {
      for (const port of view.listening) {
        const error = await this.bind(view.name, port);
        if (error === undefined) continue;
        throw new PortError(port, view.name, error);
      }
    }
  }

  /** Ends every connection and listener. */
  shutdown(): void {
    this.isClosed = true;
    for (const server of this.listeners.values()) server.close();
    for (const peer of this.peers.values()) peer.socket.destroy();
    for (const socket of this.lingering) socket.destroy();
    this.listeners.clear();
    this.peers.clear();
  }

  // Calls from the world.

  send(conn: number, bytes: Buffer): void {
    const peer = this.peers.get(conn);
    if (peer !== undefined) this.outbox.hold(peer, bytes);
  }

  /**
   * Writes what the nodes have sent. It is part of a turn of the loop, so what it injects must not begin
   * another (`input` would).
   */
  writeOut(): void {
    this.outbox.writeOut(({ conn, output }) =>
      this.sandbox.receive({ kind: 'drained', conn, bytes: output.take() }),
    );
  }

  close(conn: number, isReset: boolean): void {
    const peer = this.peers.get(conn);
    if (peer === undefined) return;
    this.peers.delete(conn);
    const { socket, isOpen } = peer;
    peer.output.write();
    if (!isOpen) socket.destroy();
    else if (isReset) socket.resetAndDestroy();
    else if (endInOrder(socket)) {
      this.lingering.add(socket);
      socket.on('close', () => this.lingering.delete(socket));
    }
  }

  listen(node: string, port: number): void {
    if (this.listeners.has(port)) return;
    void this.bind(node, port).then((error) => {
      if (error === undefined || this.isClosed) return;
      this.say(`port ${port} of ${node} cannot be reopened: ${errnoText(error)}; retrying`);
      setTimeout(() => {
        if (this.isListening(node, port) && !this.listeners.has(port)) this.listen(node, port);
      }, LISTEN_RETRY_MS).unref();
    });
  }

  closeListener(_node: string, port: number): void {
    this.listeners.get(port)?.close();
    this.listeners.delete(port);
  }

  connect(conn: number, host: string, port: number, node: string): void {
    const address = loopbackAddress(host);
    if (address === undefined) {
      this.say(
        `${node} may not connect to ${displayed(host, SHOWN.label)}:${port}: a sandbox reaches loopback addresses only`,
      );
      this.sandbox.inject({ kind: 'refused', conn, error: 'Connection refused' });
      return;
    }
    const options = { host: address, port, noDelay: true, allowHalfOpen: true };
    const socket = this.reads.connect(options, (chunk) => this.receive(peer, chunk));
    const peer = new Peer(conn, node, socket);
    this.peers.set(conn, peer);
    socket.on('connect', () => {
      this.adopt(peer);
      const laddr = `${socket.localAddress}:${socket.localPort}`;
      this.input({ kind: 'connected', conn, laddr });
    });
    socket.on('error', (error) => {
      if (peer.isOpen || !this.peers.delete(conn)) return;
      this.input({ kind: 'refused', conn, error: errnoText(error) });
    });
  }

  consumed(conn: number, bytes: number): void {
    const peer = this.peers.get(conn);
    if (peer === undefined) return;
    peer.unreadBytes -= bytes;
    if (peer.unreadBytes <= UNREAD_BYTES_MAX / 2 && peer.socket.isPaused()) peer.socket.resume();
  }

  /** Resets a connection from this side; to the world it looks like any reset. */
  disconnect(conn: number): void {
    this.peers.get(conn)?.socket.resetAndDestroy();
  }

  // Events of sockets.

  private bind(node: string, port: number): Promise<Error | undefined> {
    const server = net.createServer(
      { noDelay: true, pauseOnConnect: true, allowHalfOpen: true },
      (socket) => this.accept(node, port, socket),
    );
    this.listeners.set(port, server);
    return new Promise((resolve) => {
      server.on('error', (error) => {
        // A listener survives errors, such as too few descriptors for a connection.
        if (server.listening) this.say(`port ${port} of ${node}: ${errnoText(error)}`);
        else if (this.listeners.get(port) === server) this.listeners.delete(port);
        resolve(error);
      });
      server.listen({ port, host: HOST, backlog: 511 }, () => resolve(undefined));
    });
  }

  private accept(node: string, port: number, accepted: net.Socket): void {
    // The process may have died since the kernel took the connection.
    if (!this.isListening(node, port)) {
      accepted.resetAndDestroy();
      return;
    }
    const conn = this.sandbox.newConn();
    const addr = `${accepted.remoteAddress ?? HOST}:${accepted.remotePort ?? 0}`;
    const socket = this.reads.accept(accepted, (chunk) => this.receive(peer, chunk));
    const peer = new Peer(conn, node, socket);
    this.adopt(peer);
    this.input({ kind: 'accept', conn, node, port, peer: addr });
    socket.resume();
  }

  private adopt(peer: Peer): void {
    const { conn, socket } = peer;
    peer.isOpen = true;
    this.peers.set(conn, peer);
    socket.on('drain', () => this.drained(peer));
    socket.on('end', () => {
      // The socket stays open for the node's remaining replies. A node without power sends none, and the
      // sockets of clients that retry must not accumulate here.
      if (this.hasPower(peer.node)) this.input({ kind: 'eof', conn });
      else socket.destroy();
    });
    socket.on('error', () => {}); // `close` follows.
    socket.on('close', () => {
      if (this.peers.delete(conn)) this.input({ kind: 'reset', conn });
    });
  }

  /** `chunk` is borrowed; the world receives a copy. */
  private receive(peer: Peer, chunk: Buffer): void {
    peer.unreadBytes += chunk.length;
    if (peer.unreadBytes > UNREAD_BYTES_MAX) peer.socket.pause();
    this.onBytes(chunk.length);
    this.input({ kind: 'data', conn: peer.conn, bytes: Buffer.from(chunk) });
  }

  private drained(peer: Peer): void {
    const bytes = peer.output.take();
    if (bytes > 0) this.input({ kind: 'drained', conn: peer.conn, bytes });
  }

  private input(input: Traffic): void {
    if (this.isClosed) return;
    this.loop.beforeInput();
    this.sandbox.receive(input);
  }

  private isListening(node: string, port: number): boolean {
    return this.sandbox.world.state.nodes.get(node)?.listening.has(port) ?? false;
  }

  private hasPower(node: string): boolean {
    return this.sandbox.world.state.nodes.get(node)?.powered ?? true;
  }

  private say(text: string): void {
    this.sandbox.feed.say(this.sandbox.world.now, text);
  }
}
