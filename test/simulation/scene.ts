/** A small directed world for one question: a few servers, and commands that wait for their answers. */

import { seedFromNumber } from '../../src/engine/machine/random.ts';
import { type Reply, replyText } from '../../src/engine/resp/replyReader.ts';
import type { Input } from '../../src/world/input.ts';
import { World } from '../../src/world/world.ts';
import { Operator } from './operator.ts';
import { START } from './plan.ts';
import { HOST, MASTER_NAME, sentinelNode, serverNode } from './topologyPlan.ts';
import './machines.ts';

const STEP_MICROS = 1_000;

export class Scene {
  readonly world: World;
  private readonly operator: Operator;
  private readonly ports = new Map<string, number>();

  constructor(seed = 1) {
    this.world = new World({ seed: seedFromNumber(seed), startAt: START, record: true });
    this.operator = new Operator((input) => this.world.inject(input));
    this.world.outside = this.operator;
  }

  /** A server on port 7000 and up; `lines` are further directives. */
  addServer(name: string, ...lines: string[]): void {
    const port = this.newPort(name);
    const config = [`port ${port}`, 'enable-debug-command yes', ...lines, ''].join('\n');
    this.inject(serverNode({ name, port, parent: undefined, config }));
  }

  /** A Sentinel of the master at port 7000. */
  addSentinel(name: string): void {
    const port = this.newPort(name);
    const config = `port ${port}\nsentinel monitor ${MASTER_NAME} ${HOST} 7000 2\n`;
    this.inject(sentinelNode({ name, port, config }));
  }

  private newPort(name: string): number {
    const port = 7000 + this.ports.size;
    this.ports.set(name, port);
    return port;
  }

  inject(input: Input): void {
    this.world.inject(input);
  }

  pass(seconds: number): void {
    this.world.runUntil(this.world.now + Math.round(seconds * 1e6));
  }

  /** Lets time pass until the condition holds; throws when it does not within so many seconds. */
  until(what: string, condition: () => boolean, secondsMax = 30): void {
    const end = this.world.now + secondsMax * 1e6;
    while (!condition()) {
      if (this.world.failure !== undefined) throw new Error(this.world.failure.stack);
      if (this.world.now >= end) throw new Error(`not within ${secondsMax} s: ${what}`);
      this.world.runUntil(this.world.now + STEP_MICROS);
    }
  }

  /** Sends requests on one connection and gives their answers as texts. */
  ask(name: string, ...requests: string[]): string[] {
    let answers: readonly Reply[] | undefined;
    const words = requests.map((request) => request.split(' '));
    const conn = this.operator.say(name, this.ports.get(name)!, words, (replies) => {
      answers = replies;
    });
    this.until(`answer to ${requests.join('; ')}`, () => answers !== undefined);
    this.operator.end(conn);
    return answers!.map(textOf);
  }

  /** A field of INFO. */
  info(name: string, field: string): string {
    const line = new RegExp(`^${field}:(.*)\r$`, 'm').exec(this.ask(name, 'INFO')[0]!);
    return line?.[1] ?? '';
  }

  linkIsUp(name: string): boolean {
    return this.info(name, 'master_link_status') === 'up';
  }
}

function textOf(reply: Reply): string {
  if (reply.type === 'error') return `-${reply.text}`;
  if (reply.type === 'integer') return String(reply.value);
  if (reply.type === 'array') return reply.items.map(textOf).join(' ');
  return replyText(reply) ?? JSON.stringify(reply);
}
