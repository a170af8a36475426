/**
 * What idle clients, subscriptions and queued commands cost everybody else: SETs at the master of a
 * sandbox with two replicas, recorded and traced, in virtual time and without sockets. The processor's
 * time counts, so other programs do not.
 */

import { Sandbox } from '../../src/sandbox/sandbox.ts';
import { Service } from '../../src/sandbox/service.ts';
import { median, type Row } from './table.ts';

const START = 1_767_225_600_000_000;
const PORT = 6400;
const SETS = 20_000;
/** SETs between two batches of the feed and two snapshots: what a tenth of a second brings. */
const SETS_A_PUMP = 3_000;
const IDLE_CLIENTS = 9_000;
const SUBSCRIPTIONS = 300_000;
const QUEUED_COMMANDS = 300_000;
const COMMANDS_A_CHUNK = 1_000;

class Crowd {
  readonly sandbox: Sandbox;
  private readonly service: Service;

  constructor() {
    const topology = { replicas: 2, sentinels: 3, port: PORT, sentinelPort: 26400 };
    this.sandbox = new Sandbox({ topology, seed: 1, startAt: START, record: true });
    this.sandbox.boot();
    this.service = new Service(this.sandbox);
    this.service.subscribe(() => {});
  }

  connect(): number {
    const conn = this.sandbox.newConn();
    const peer = `127.0.0.1:${40_000 + conn}`;
    this.sandbox.inject({ kind: 'accept', conn, node: 'm', port: PORT, peer });
    return conn;
  }

  /** Sends the text and runs the world until all of it has been worked off. */
  send(conn: number, text: string): void {
    this.sandbox.inject({ kind: 'data', conn, bytes: Buffer.from(text) });
    this.sandbox.advance(this.sandbox.world.now + 1_000);
  }

  /** `make` writes the inline command with a number. */
  sendMany(conn: number, count: number, make: (index: number) => string): void {
    for (let first = 0; first < count; first += COMMANDS_A_CHUNK) {
      const lines = Array.from({ length: COMMANDS_A_CHUNK }, (_, index) => make(first + index));
      this.send(conn, lines.join(''));
    }
  }

  /** SETs a second of processor time, one client and one command at a time. */
  rate(): number {
    const conn = this.connect();
    const started = process.cpuUsage();
    for (let i = 0; i < SETS; i += 1) {
      const bytes = Buffer.from(
        `*3\r\n$3\r\nSET\r\n$8\r\nkey:${1_000 + (i % 1_000)}\r\n$3\r\nxyz\r\n`,
      );
      this.sandbox.inject({ kind: 'data', conn, bytes });
      this.sandbox.advance(this.sandbox.world.now + 30);
      if (i % SETS_A_PUMP === 0) this.service.pump();
    }
    const { user, system } = process.cpuUsage(started);
    return (SETS * 1e6) / (user + system);
  }
}

const CROWDS: Readonly<Record<string, (crowd: Crowd) => void>> = {
  alone: () => {},
  [`${IDLE_CLIENTS} idle clients`]: (crowd) => {
    for (let i = 0; i < IDLE_CLIENTS; i += 1) crowd.connect();
    crowd.sandbox.advance(crowd.sandbox.world.now + 1_000);
  },
  [`${SUBSCRIPTIONS} subscriptions`]: (crowd) => {
    crowd.sendMany(crowd.connect(), SUBSCRIPTIONS, (index) => `SUBSCRIBE channel:${index}\r\n`);
  },
  [`${QUEUED_COMMANDS} queued commands`]: (crowd) => {
    const conn = crowd.connect();
    crowd.send(conn, 'MULTI\r\n');
    crowd.sendMany(conn, QUEUED_COMMANDS, (index) => `SET queued:${index} x\r\n`);
  },
};

export function benchCrowded(rounds: number): Row[] {
  const crowds = Object.entries(CROWDS).map(([what, gather]) => {
    const crowd = new Crowd();
    gather(crowd);
    return { what, crowd, rates: [] as number[] };
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const { crowd, rates } of crowds) rates.push(crowd.rate());
  }
  const alone = median(crowds[0]!.rates);
  return crowds.map(({ what, rates }) => ({
    what: `SET at the master of a sandbox, in its world: ${what}`,
    ours: `${(median(rates) / 1000).toFixed(1)} k a second of processor time`,
    real: '',
    ratio: `${(median(rates) / alone).toFixed(2)} of alone`,
    aim: what === 'alone' ? '' : '≥ 0.7 of alone',
  }));
}
