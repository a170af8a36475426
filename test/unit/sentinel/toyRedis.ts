/**
 * A toy of a Redis server, as far as a Sentinel looks at one: PING, INFO, hellos over Pub/Sub, and
 * SLAVEOF in a transaction. A replica keeps a connection to its master and says `REPLCONF
 * listening-port` on it, so that the master lists it. Directives: `port`, `replicaof`, `priority`,
 * `offset`, `runid`, `requirepass`, `ping-reply`, `drops-subscribers` (closes a connection at SUBSCRIBE).
 *
 * Like a real one without CONFIG REWRITE it comes back from a crash as what its directives say.
 */

import type { Effects, Facts, Micros } from '../../../src/engine/machine/machine.ts';
import { registerState } from '../../../src/engine/machine/state.ts';
import { Call } from '../../../src/engine/process/call.ts';
import type { Client } from '../../../src/engine/process/client.ts';
import { clientCommands } from '../../../src/engine/process/clientCommands.ts';
import {
  type CommandEntry,
  type CommandFlag,
  type CommandSpec,
  CommandTable,
} from '../../../src/engine/process/commandTable.ts';
import type { OutgoingConnection } from '../../../src/engine/process/connection.ts';
import { connectionCommands } from '../../../src/engine/process/connectionCommands.ts';
import { Process } from '../../../src/engine/process/process.ts';
import { pubSubCommands } from '../../../src/engine/process/pubSubCommands.ts';
import { registerMachine } from '../../../src/world/registry.ts';

const TURN_MICROS = 100_000;

class ToyCall extends Call {
  readonly process: ToyRedis;

  constructor(toy: ToyRedis) {
    super();
    this.process = toy;
  }
}
registerState('ToyCall', ToyCall);

export class ToyRedis extends Process {
  readonly mode = 'standalone';
  readonly logRole = 'M';
  readonly settings = { maxclients: 1000, protoMaxBulkLen: 1 << 20, requirepass: '' };
  readonly call = new ToyCall(this);
  port = 0;
  priority = 100;
  offset = 0;
  master: { host: string; port: number } | undefined = undefined;
  masterLink: OutgoingConnection | undefined = undefined;
  masterLinkLostAt = -1;
  /** What PING is answered with. */
  pingReply = 'PONG';
  dropsSubscribers = false;
  /** Behind what its INFO says otherwise. */
  infoTail = '';
  /** Ports replicas say they listen on, by their connection. */
  readonly replicaPorts = new Map<Client, number>();
  /** Write commands of Sentinels, as they came. */
  readonly orders: string[] = [];
  private nextTurnAt: Micros = 0;

  get commands(): CommandTable {
    return table;
  }

  start(now: Micros, facts: Facts, _files: unknown, out: Effects): void {
    this.boot(now, facts, out);
    for (const [name, ...values] of facts.directives) this.configure(name!, values);
    this.nextTurnAt = now;
    out.listen(this.port);
  }

  private configure(name: string, values: readonly string[]): void {
    const [value, more] = values;
    if (name === 'port') this.port = Number(value);
    else if (name === 'priority') this.priority = Number(value);
    else if (name === 'offset') this.offset = Number(value);
    else if (name === 'runid') this.runId = value!;
    else if (name === 'requirepass') this.settings.requirepass = value!;
    else if (name === 'ping-reply') this.pingReply = values.join(' ');
    else if (name === 'drops-subscribers') this.dropsSubscribers = true;
    else this.follow({ host: value!, port: Number(more) });
  }

  follow(master: { host: string; port: number } | undefined): void {
    if (this.masterLink !== undefined) this.disconnect(this.masterLink);
    this.masterLink = undefined;
    this.masterLinkLostAt = this.now;
    this.master = master;
  }

  tick(now: Micros, out: Effects): void {
    this.begin(now, out);
    if (now < this.nextTurnAt) return;
    this.nextTurnAt = now + TURN_MICROS;
    if (this.master === undefined || this.masterLink !== undefined) return;
    this.masterLink = this.connect(this.master.host, this.master.port, 'master');
  }

  nextDeadline(): Micros {
    return this.nextTurnAt;
  }

  protected outgoingConnected(connection: OutgoingConnection, error: string | undefined): void {
    if (error !== undefined) this.masterLink = undefined;
    else {
      connection.reply.array(3);
      for (const word of ['REPLCONF', 'listening-port', String(this.port)])
        connection.reply.bulk(word);
      this.touch(connection);
    }
  }

  protected outgoingData(): void {}

  protected outgoingClosed(connection: OutgoingConnection): void {
    if (connection !== this.masterLink) return;
    this.masterLink = undefined;
    this.masterLinkLostAt = this.now;
  }

  info(): string {
    const lines = [`# Server`, `run_id:${this.runId}`, '', '# Replication'];
    if (this.master === undefined) lines.push('role:master');
    else lines.push('role:slave', ...this.replicaLines(this.master));
    let index = 0;
    for (const port of this.replicaPorts.values()) {
      lines.push(`slave${index}:ip=127.0.0.1,port=${port},state=online,offset=0,lag=0`);
      index += 1;
    }
    return `${lines.join('\r\n')}\r\n${this.infoTail}`;
  }

  private replicaLines(master: { host: string; port: number }): string[] {
    const up = this.masterLink?.established === true;
    const downSeconds = Math.floor((this.now - this.masterLinkLostAt) / 1_000_000);
    return [
      `master_host:${master.host}`,
      `master_port:${master.port}`,
      `master_link_status:${up ? 'up' : 'down'}`,
      `slave_repl_offset:${this.offset}`,
      ...(up ? [] : [`master_link_down_since_seconds:${downSeconds}`]),
      `slave_priority:${this.priority}`,
      'replica_announced:1',
    ];
  }

  protected refuses(entry: CommandEntry, client: Client): string | undefined {
    if (!client.authenticated && !entry.noAuth) return 'NOAUTH Authentication required.';
    return undefined;
  }

  protected perform(call: ToyCall): void {
    if (this.dropsSubscribers && call.entry.name === 'subscribe') {
      this.kill(call.client);
      return;
    }
    const { transaction } = call.client;
    if (transaction === undefined || call.entry.noMulti) call.entry.spec.run(call);
    else {
      transaction.queued.push(call.request.copy());
      call.reply.simple('QUEUED');
    }
  }

  /** Runs a queued command. */
  performQueued(request: Call['request']): void {
    this.call.entry = this.commands.resolve(request)!;
    this.call.request = request;
    this.call.entry.spec.run(this.call);
  }

  protected clientGone(client: Client): void {
    this.replicaPorts.delete(client);
  }

  signal(now: Micros, _name: string, out: Effects): void {
    this.begin(now, out);
    out.exit(0);
  }

  fileDone(): void {}
  childDone(): void {}
  resetClient(): void {}
  protected outputWaits(): void {}
  protected beforeFlush(): void {}
}
registerState('ToyRedis', ToyRedis);
registerMachine('toyRedis', () => new ToyRedis());

function command(
  name: string,
  arity: number,
  run: (call: ToyCall) => void,
  flags: readonly CommandFlag[] = [],
): CommandSpec<ToyCall> {
  return { name, since: '1.0.0', arity, flags, run };
}

const table = new CommandTable(
  connectionCommands.filter((spec) => spec.name === 'auth' || spec.name === 'hello'),
  clientCommands,
  pubSubCommands,
  [
    command('ping', -1, ping),
    command('info', -1, (call) => call.reply.bulk(call.process.info())),
    command('publish', 3, (call) =>
      call.reply.integer(
        call.process.pubSub.publish(call.str(1), call.arg(2), (to) => call.process.touch(to)),
      ),
    ),
    command('slaveof', 3, slaveOf),
    command('multi', 1, multi, ['no_multi']),
    command('exec', 1, exec, ['no_multi']),
    command('replconf', -1, replconf),
    {
      ...command('config', -2, (call) => call.wrongArity()),
      subcommands: [command('config|rewrite', 2, (call) => call.reply.ok())],
    },
  ],
);

function ping(call: ToyCall): void {
  if (call.process.pingReply === 'PONG') call.reply.simple('PONG');
  else call.reply.error(call.process.pingReply);
}

function slaveOf(call: ToyCall): void {
  const toy = call.process;
  toy.orders.push(`SLAVEOF ${call.str(1)} ${call.str(2)}`);
  const isMaster = call.str(1) === 'NO';
  toy.follow(isMaster ? undefined : { host: call.str(1), port: Number(call.str(2)) });
  call.reply.ok();
}

function multi(call: ToyCall): void {
  call.client.transaction = { queued: [], bytes: 0, failed: false };
  call.reply.ok();
}

function exec(call: ToyCall): void {
  const queued = call.client.transaction!.queued;
  call.client.transaction = undefined;
  call.reply.array(queued.length);
  for (const request of queued) call.process.performQueued(request);
}

function replconf(call: ToyCall): void {
  call.process.replicaPorts.set(call.client, Number(call.str(2)));
  call.reply.ok();
}
