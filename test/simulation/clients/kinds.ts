/** The kinds of scripted clients: who writes, who reads, who listens. */

import { registerState } from '../../../src/engine/machine/state.ts';
import type { Reply } from '../../../src/engine/resp/replyReader.ts';
import { errorCode, itemsOf, textsOf } from '../../../src/sandbox/requests.ts';
import { SimulatedClient } from './client.ts';
import { FIRST_DATA_DB, randomRead, randomWrite, type Words } from './vocabulary.ts';

/** Writes commands over all types with values that occur once; transactions; bursts of large values. */
export class Writer extends SimulatedClient {
  private values = 0;

  protected greet(): Words[] {
    const select: Words = ['SELECT', String(FIRST_DATA_DB)];
    return this.random.chance(0.3) ? [['HELLO', '3'], select] : [select];
  }

  protected speak(): Words[] {
    const { random, settings } = this;
    if (settings.burstCount > 0 && random.chance(0.02)) return this.burst();
    if (random.chance(0.08)) return this.transaction();
    const count = random.chance(0.1) ? 2 + random.below(20) : 1;
    return this.several(count);
  }

  private several(count: number): Words[] {
    return Array.from({ length: count }, () =>
      this.random.chance(0.1) ? randomRead(this.random) : this.write(),
    );
  }

  private write(): Words {
    return randomWrite(this.random, (bytes) => this.value(bytes));
  }

  /** `w1:17` and padding: no two values are equal. */
  private value(bytes?: number): string {
    this.values += 1;
    const text = `${this.name}:${this.values}`;
    return text.padEnd(bytes ?? this.random.below(this.settings.valueBytes + 1), '.');
  }

  private burst(): Words[] {
    const { burstCount, burstBytes } = this.settings;
    return Array.from({ length: burstCount }, (_, index) => [
      'SET',
      `burst:${this.name}:${index}`,
      this.value(burstBytes),
    ]);
  }

  private transaction(): Words[] {
    const { random } = this;
    const words: Words[] = [['MULTI'], ...this.several(random.below(6))];
    if (random.chance(0.4)) words.unshift(['WATCH', `string:${random.below(12)}`]);
    words.push([random.chance(0.9) ? 'EXEC' : 'DISCARD']);
    return words;
  }

  /** A replica refuses writes: look for the master elsewhere. */
  protected heard(reply: Reply): boolean {
    return reply.type === 'error' && errorCode(reply.text) === 'READONLY';
  }
}
registerState('Writer', Writer);

/** Reads whatever is there, from masters and replicas. */
export class Reader extends SimulatedClient {
  protected greet(): Words[] {
    return [['SELECT', String(FIRST_DATA_DB)]];
  }

  protected speak(): Words[] {
    const { random } = this;
    return Array.from({ length: 1 + random.below(4) }, () => randomRead(random));
  }

  protected heard(): boolean {
    return this.random.chance(0.002);
  }
}
registerState('Reader', Reader);

const CHANNELS = ['news', 'sport', 'news:local'];

/** Subscribes here, publishes there; replicas get what masters publish. */
export class Listener extends SimulatedClient {
  messages = 0;

  protected greet(): Words[] {
    return [
      ['SUBSCRIBE', CHANNELS[this.random.below(CHANNELS.length)]!],
      ['PSUBSCRIBE', 'news*'],
    ];
  }

  protected speak(): Words[] {
    const { random } = this;
    const channel = CHANNELS[random.below(CHANNELS.length)]!;
    return [[random.chance(0.5) ? 'SUBSCRIBE' : 'UNSUBSCRIBE', channel]];
  }

  /** ECHO is not allowed to a RESP2 subscriber: its answer is an error, as many others. */
  protected heard(reply: Reply): boolean {
    if (this.isMessage(reply)) this.messages += 1;
    return false;
  }

  protected override isMessage(reply: Reply): boolean {
    const [kind] = textsOf(reply);
    return itemsOf(reply).length >= 3 && (kind === 'message' || kind === 'pmessage');
  }
}
registerState('Listener', Listener);

/** Publishes, and looks at who listens. */
export class Publisher extends SimulatedClient {
  private published = 0;

  protected greet(): Words[] {
    return [];
  }

  protected speak(): Words[] {
    const { random } = this;
    if (random.chance(0.1)) return [['PUBSUB', 'NUMSUB', ...CHANNELS]];
    this.published += 1;
    const channel = CHANNELS[random.below(CHANNELS.length)]!;
    return [['PUBLISH', channel, `${this.name}:${this.published}`]];
  }

  protected heard(): boolean {
    return this.random.chance(0.005);
  }
}
registerState('Publisher', Publisher);
