/** A world with toys in it, and an outside that remembers what it was told. */

import { seedFromNumber } from '../../../src/engine/machine/random.ts';
import type { AddNode, OutsidePort, WorldOptions } from '../../../src/world/input.ts';
import { World } from '../../../src/world/world.ts';
import './toys.ts';
import type { ToyServer } from './toys.ts';

export const START = 1_700_000_000_000_000;

export function newWorld(options: Partial<WorldOptions> = {}): World {
  return new World({
    seed: seedFromNumber(42),
    startAt: START,
    record: true,
    traceEvents: 1_024,
    ...options,
    params: { disk: { fsyncMicros: 1_000, opMicrosMax: 0 }, ...options.params },
  });
}

export function server(name: string, port: number, more: Partial<AddNode> = {}): AddNode {
  return {
    kind: 'addNode',
    name,
    machine: 'server',
    ports: [port],
    directives: [['port', String(port)]],
    ...more,
  };
}

export function client(name: string, to: number): AddNode {
  return { kind: 'addNode', name, machine: 'client', directives: [['to', String(to)]] };
}

/** Remembers calls in words; bytes sent are summed up in `text`. */
export class Outside implements OutsidePort {
  readonly calls: string[] = [];
  readonly text = new Map<number, string>();
  readonly bytes = new Map<number, number>();

  send(conn: number, bytes: Buffer): void {
    this.text.set(
      conn,
      (this.text.get(conn) ?? '') + bytes.latin1Slice(0, Math.min(bytes.length, 4_000)),
    );
    this.bytes.set(conn, (this.bytes.get(conn) ?? 0) + bytes.length);
  }
  close(conn: number, isReset: boolean): void {
    this.calls.push(`${isReset ? 'reset' : 'close'} ${conn}`);
  }
  connect(conn: number, host: string, port: number, node: string): void {
    this.calls.push(`connect ${conn} ${host}:${port} ${node}`);
  }
  listen(node: string, port: number): void {
    this.calls.push(`listen ${node} ${port}`);
  }
  closeListener(node: string, port: number): void {
    this.calls.push(`closeListener ${node} ${port}`);
  }
  consumed(conn: number, bytes: number): void {
    this.calls.push(`consumed ${conn} ${bytes}`);
  }
}

/** Opens outside connection `conn` to a node. */
export function dial(world: World, conn: number, node: string, port: number): void {
  world.inject({ kind: 'accept', conn, node, port, peer: `127.0.0.1:${50_000 + conn}` });
  world.runUntil(world.now);
}

/** Sends a line over an outside connection and lets the world run for a while. */
export function tell(world: World, conn: number, line: string, micros = 10_000): void {
  world.inject({ kind: 'data', conn, bytes: Buffer.from(`${line}\n`) });
  world.runUntil(world.now + micros);
}

export function pass(world: World, micros: number): void {
  world.runUntil(world.now + micros);
}

/** What a toy server saw, without the times. */
export function seen(world: World, name: string): string[] {
  return (world.machine(name) as ToyServer).seen.map((line) => line.slice(line.indexOf(' ') + 1));
}
