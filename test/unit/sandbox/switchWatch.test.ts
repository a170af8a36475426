/** What LOAD believes of a Sentinel's messages: anybody may publish there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effects } from '../../../src/engine/machine/machine.ts';
import { SwitchWatch } from '../../../src/sandbox/load/switchWatch.ts';

const CONN = 7;

/** A watch with its subscription, whose asking has been answered. */
function subscribed(): (message: Buffer) => ReturnType<SwitchWatch['receive']> {
  const watch = new SwitchWatch();
  const out = { connect: () => CONN, send: () => {}, close: () => {} } as unknown as Effects;
  const address = { host: '127.0.0.1', port: 26379 };
  watch.configure({ masterName: 'mymaster', sentinels: [address], rate: 1, clients: 1 } as never);
  watch.start(0, out);
  watch.connected(0, CONN, undefined, out);
  const receive = (bytes: Buffer) => watch.receive(0, CONN, bytes, out);
  const answer = Buffer.from('*2\r\n$9\r\n127.0.0.1\r\n$4\r\n6400\r\n');
  assert.deepEqual(receive(answer)?.address, { host: '127.0.0.1', port: 6400 });
  return (message) =>
    receive(
      Buffer.concat([
        Buffer.from(`*3\r\n$7\r\nmessage\r\n$14\r\n+switch-master\r\n$${message.length}\r\n`),
        message,
        Buffer.from('\r\n'),
      ]),
    );
}

test('a switch is heard', () => {
  const heard = subscribed()(Buffer.from('mymaster 127.0.0.1 6400 127.0.0.1 6401'));
  assert.deepEqual(heard, { address: { host: '127.0.0.1', port: 6401 }, isSwitch: true });
});

test('what is no address is not believed, and megabytes of blanks are not cut into words', () => {
  const publish = subscribed();
  for (const message of [
    Buffer.from('mymaster 127.0.0.1 6400 127.0.0.1'),
    Buffer.from('mymaster 127.0.0.1 6400 127.0.0.1 99999'),
    Buffer.from('mymaster 127.0.0.1 6400 127.0.0.1 1.5'),
    Buffer.from(`mymaster 127.0.0.1 6400 ${'h'.repeat(300)} 6401`),
    Buffer.alloc(140 * 1024 * 1024, ' '),
  ]) {
    assert.equal(publish(message), undefined);
  }
});
