/** Configuration files written for a real server. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facts } from '../../../src/engine/machine/machine.ts';
import { NO_COSTS } from '../../../src/engine/machine/machine.ts';
import { ConfigError } from '../../../src/engine/process/configFile.ts';
import { Configuration } from '../../../src/engine/server/configuration.ts';

function read(text: string): Configuration {
  const facts: Facts = {
    name: 'test',
    pid: 1,
    seed: [1, 2, 3, 4],
    configFile: 'redis.conf',
    directives: [],
    costs: NO_COSTS,
  };
  return new Configuration(facts, new Map([['redis.conf', Buffer.from(text)]]));
}

test('the diskless directives of the redis.conf of Redis 7.0 are read and left out', () => {
  const text = 'repl-diskless-sync yes\nrepl-diskless-sync-delay 5\nrepl-diskless-load swapdb\n';
  const configuration = read(text);
  assert.deepEqual(configuration.ignored, ['repl-diskless-sync yes', 'repl-diskless-load swapdb']);
  assert.equal(configuration.settings.replDisklessSync, false);
  assert.equal(configuration.settings.replDisklessLoad, 'disabled');
  assert.equal(configuration.rewrite().toString(), text, 'a rewrite leaves them alone');
  assert.deepEqual(read('repl-diskless-sync no\n').ignored, []);
});

test('what a file asks for and would miss is refused', () => {
  const refused = (text: string, error: RegExp): void => {
    assert.throws(
      () => read(text),
      (thrown) => thrown instanceof ConfigError && error.test(thrown.report().join('\n')),
    );
  };
  refused('appendonly yes\n', /append only file is not available/);
  refused('maxmemory-policy allkeys-lru\n', /must be one of the following: noeviction/);
  refused('repl-diskless-sync maybe\n', /must be 'yes' or 'no'/);
});

test('the first save line takes the place of the defaults, others add to it', () => {
  const points = (text: string) => read(text).settings.save.map((p) => `${p.seconds} ${p.changes}`);
  assert.deepEqual(points(''), ['3600 1', '300 100', '60 10000']);
  assert.deepEqual(points('save 900 1\n'), ['900 1']);
  assert.deepEqual(points('save 900 1\nsave 100 100 10 1\n'), ['900 1', '100 100', '10 1']);
  assert.deepEqual(points('save 900 1\nsave ""\n'), []);
  assert.deepEqual(points('save ""\nsave 5 5\n'), ['5 5']);
});
