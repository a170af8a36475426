/** Clients outside of a sandbox, in tests without sockets. */

import type { Sandbox } from '../../src/sandbox/sandbox.ts';

export class Client {
  /** All that has come, as latin1. */
  received = '';
  private readonly sandbox: Sandbox;
  readonly conn: number;

  constructor(sandbox: Sandbox, conn: number) {
    this.sandbox = sandbox;
    this.conn = conn;
  }

  /** Text is latin1, one character per byte. */
  send(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.sandbox.receive({ kind: 'data', conn: this.conn, bytes });
  }
}

/** The outside of one sandbox. */
export class Outside {
  private readonly sandbox: Sandbox;
  private readonly clients = new Map<number, Client>();

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    sandbox.openTo({
      send: (conn, bytes) => {
        const client = this.clients.get(conn);
        if (client === undefined) return;
        client.received += bytes.latin1Slice();
        sandbox.receive({ kind: 'drained', conn, bytes: bytes.length });
      },
      close: () => {},
      connect: () => {},
      listen: () => {},
      closeListener: () => {},
    });
  }

  connect(node: string): Client {
    const { port } = this.sandbox.reading.nodes.find(({ name }) => name === node)!;
    const conn = this.sandbox.newConn();
    const client = new Client(this.sandbox, conn);
    this.clients.set(conn, client);
    this.sandbox.receive({ kind: 'accept', conn, node, port, peer: `127.0.0.1:${50_000 + conn}` });
    return client;
  }
}
