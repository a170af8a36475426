/**
 * One Sentinel process: the shared process, the masters it monitors, and its clockwork.
 *
 * It assembles its rooms: model (the instances it knows), conf (sentinel.conf, read and kept),
 * monitoring (instance links, PING, INFO, hellos, SDOWN and ODOWN), acting (election, failover,
 * repairs) and commands. Each room sees it through a context of the few members it uses. In TILT
 * monitoring goes on and acting stops.
 *
 * Invariant: epoch, vote and configuration are saved in the event that changes them, and
 * stateFile.ts holds all output back until they are on disk.
 */

import type {
  ChildResult,
  Effects,
  Facts,
  FileResult,
  Files,
  Micros,
  Token,
} from '../machine/machine.ts';
import { registerState } from '../machine/state.ts';
import type { Client } from '../process/client.ts';
import type { CommandEntry, CommandTable } from '../process/commandTable.ts';
import { ConfigError } from '../process/configFile.ts';
import type { Connection, OutgoingConnection } from '../process/connection.ts';
import { Process } from '../process/process.ts';
import { correct } from './acting/corrections.ts';
import { refusalOf } from './commands/refusals.ts';
import { SentinelCall } from './commands/sentinelCall.ts';
import { sentinelTable } from './commands/table.ts';
import { readConfiguration } from './conf/configuration.ts';
import { defaultSettings, type SentinelSettings } from './conf/settings.ts';
import { StateFile } from './conf/stateFile.ts';
import { emitEvent } from './model/events.ts';
import type { Instance, Role } from './model/instance.ts';
import type { InstanceConnection } from './model/instanceConnection.ts';
import { defaultPeriods, type Periods } from './model/periods.ts';
import { connectionLost, connectionOpened } from './monitoring/instanceLinks.ts';
import { bytesReceived } from './monitoring/replies.ts';
import { turn } from './turn.ts';

const BASE_HZ = 10;
/** Output limit of a Pub/Sub client: the hard limit of client-output-buffer-limit's default. */
const PUBSUB_OUTPUT_BYTES_MAX = 32 * 1024 * 1024;

export class Sentinel extends Process {
  readonly mode = 'sentinel';
  readonly logRole = 'X';
  readonly settings: SentinelSettings = defaultSettings();
  readonly periods: Periods = defaultPeriods();
  readonly call = new SentinelCall(this);
  readonly stateFile = new StateFile(this);
  /** 40 hex digits, drawn at the first start and kept in the configuration file. */
  myId = '';
  currentEpoch = 0;
  readonly masters = new Map<string, Instance>();
  readonly connections = new Map<number, InstanceConnection>();
  tilt = false;
  tiltSince = 0;
  previousTurnTime = 0;
  /** Turns a second, drawn anew after each turn so that Sentinels do not run in step. */
  hz = BASE_HZ;
  readonly simulateFailure = { afterElection: false, afterPromotion: false };
  /** Directives that were read and have no effect here. */
  readonly withoutEffect: string[] = [];
  private nextTurnAt: Micros = 0;
  private exitCode: number | undefined = undefined;
  private shutdownAsked = false;

  get commands(): CommandTable {
    return sentinelTable;
  }

  // Life.

  start(now: Micros, facts: Facts, files: Files, out: Effects): void {
    this.boot(now, facts, out);
    this.logStart();
    if (facts.configFile === undefined) {
      this.log('warning', 'Sentinel needs config file on disk to save state. Exiting...');
      out.exit(1);
      return;
    }
    this.previousTurnTime = this.nowMs;
    this.nextTurnAt = now + 1000;
    this.stateFile.open(facts.configFile, files.get(facts.configFile)?.latin1Slice() ?? '');
    try {
      readConfiguration(this, facts, files);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const line of error.report()) out.log('warning', 'C', line);
      out.exit(1);
      return;
    }
    out.listen(this.settings.port);
    this.announceStart();
  }

  private logStart(): void {
    const { pid } = this.facts;
    const version = `Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=${pid}`;
    this.log('warning', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
    this.log('warning', `${version}, just started`);
  }

  private announceStart(): void {
    if (this.withoutEffect.length > 0) {
      const names = this.withoutEffect.join(' ');
      this.log('warning', `Directives without effect in this Sentinel: ${names}`);
    }
    this.log('warning', 'Configuration loaded');
    this.log('notice', `Running mode=sentinel, port=${this.settings.port}.`);
    if (this.myId === '') {
      this.myId = this.identities.hex(40);
      this.save();
    }
    this.log('warning', `Sentinel ID is ${this.myId}`);
    for (const master of this.masters.values()) {
      emitEvent(this, 'warning', '+monitor', master, `quorum ${master.quorum}`);
    }
  }

  /** SIGTERM and SIGINT end the process at the next turn. A second SIGINT ends it at once. */
  signal(now: Micros, name: string, out: Effects): void {
    this.begin(now, out);
    if (name !== 'SIGTERM' && name !== 'SIGINT') return;
    if (this.shutdownAsked && name === 'SIGINT') {
      this.log('warning', 'You insist... exiting now.');
      out.exit(1);
      return;
    }
    this.log('warning', `Received ${name} scheduling shutdown...`);
    this.shutdownAsked = true;
  }

  shutdown(): void {
    this.log('warning', 'User requested shutdown...');
    this.log('warning', 'Sentinel is now ready to exit, bye bye...');
    this.exitCode = 0;
  }

  /** SENTINEL SIMULATE-FAILURE: exits with this event's decisions on disk and its output unsent. */
  crash(): void {
    this.log('warning', 'Sentinel CRASH because of SENTINEL simulate-failure');
    this.exitCode = 99;
  }

  fileDone(now: Micros, token: Token, result: FileResult, out: Effects): void {
    this.begin(now, out);
    this.stateFile.fileDone(token, result);
  }

  /** A Sentinel has no child processes: scripts are not run here. */
  childDone(now: Micros, _child: Token, _result: ChildResult, out: Effects): void {
    this.begin(now, out);
  }

  tick(now: Micros, out: Effects): void {
    this.begin(now, out);
    if (now < this.nextTurnAt) return;
    if (this.shutdownAsked) {
      this.shutdown();
      return;
    }
    turn(this);
    this.hz = BASE_HZ + this.random.below(BASE_HZ);
    this.nextTurnAt = now + Math.floor(1000 / this.hz) * 1000;
  }

  nextDeadline(): Micros {
    return this.nextTurnAt;
  }

  /** Turns go on when the clock is set back: Redis schedules them by a monotonic clock. */
  protected override begin(now: Micros, out: Effects): void {
    if (now < this.now) this.nextTurnAt -= this.now - now;
    super.begin(now, out);
  }

  protected beforeFlush(): void {
    this.stateFile.beforeFlush();
    if (this.exitCode === undefined) return;
    if (this.exitCode !== 0) this.stateFile.holdOutput();
    if (!this.stateFile.saving) this.out.exit(this.exitCode);
  }

  /** Saves the state at the end of this event. No output leaves before it is on disk. */
  save(): void {
    this.stateFile.request();
  }

  /** Called when an INFO of the instance has been stored; `role` is the role it reported. */
  infoReceived(instance: Instance, role: Role | undefined): void {
    correct(this, instance, role);
  }

  // Clients.

  protected refuses(entry: CommandEntry, client: Client): string | undefined {
    return refusalOf(entry, client);
  }

  protected perform(call: SentinelCall): void {
    call.run();
    this.stats.commandsProcessed += 1;
  }

  protected clientGone(): void {}

  resetClient(client: Client): void {
    this.pubSub.unsubscribeAll(client);
  }

  /** Sends an event's message to the clients that subscribed to its channel. */
  publish(channel: string, message: string): void {
    this.pubSub.publish(channel, message, (client) => this.touch(client));
  }

  protected outputWaits(connection: Connection): void {
    const client = this.clients.get(connection.conn);
    if (client === undefined || client.subscriptionCount === 0) return;
    if (client.queuedBytes < PUBSUB_OUTPUT_BYTES_MAX) return;
    this.log(
      'warning',
      `Client id=${client.id} addr=${client.peer.addr} name=${client.name} omem=${client.queuedBytes} scheduled to be closed ASAP for overcoming of output buffer limits.`,
    );
    this.kill(client);
  }

  // Connections to instances.

  protected outgoingConnected(connection: OutgoingConnection, error: string | undefined): void {
    if (error === undefined) connectionOpened(this, connection);
    else connectionLost(this, connection);
  }

  protected outgoingData(connection: OutgoingConnection, chunk: Buffer): void {
    bytesReceived(this, connection, chunk);
  }

  protected outgoingClosed(connection: OutgoingConnection): void {
    connectionLost(this, connection);
  }
}
registerState('Sentinel', Sentinel);
