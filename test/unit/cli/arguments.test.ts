/** What `up` and `server` read from their command lines, and how they word what is wrong. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseServerArguments } from '../../../src/cli/serverArguments.ts';
import { parseUpOptions } from '../../../src/cli/upOptions.ts';
import { VERSION } from '../../../src/world/productVersion.ts';

test('up without options is one master, two replicas and three Sentinels', () => {
  assert.deepEqual(parseUpOptions([]), {
    replicas: 2,
    sentinels: 3,
    port: 6400,
    sentinelPort: 26400,
    controlPort: 6490,
    dashboardPort: 6491,
    seed: undefined,
    json: false,
    logs: false,
  });
});

test('options of up, in both spellings', () => {
  const options = parseUpOptions(['--replicas=0', '--sentinels', '0', '--seed', '7', '--json']);
  assert.deepEqual([options.replicas, options.sentinels, options.seed], [0, 0, 7]);
  assert.equal(options.json, true);
  const high = parseUpOptions(['--port', '65500']);
  assert.deepEqual([high.sentinelPort, high.controlPort], [45_500, 65_410]);
});

test('wrong options of up say what is wrong', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['--nonsense', /unknown option '--nonsense'/],
    ['replicas', /unknown option 'replicas'/],
    ['--constructor 5', /unknown option '--constructor'/],
    ['--port', /--port needs a number/],
    ['--port 0', /--port must be an integer from 1 to 65535, not '0'/],
    ['--replicas -1', /must be an integer from 0 to 32, not '-1'/],
    ['--replicas 1.5', /not '1.5'/],
    [
      '--port 6400 --control-port 6401',
      /the control endpoint and replica 1 would both have port 6401/,
    ],
    ['--port 65535', /port 65536 of replica 1 is above 65535/],
  ];
  for (const [line, error] of cases) {
    assert.throws(() => parseUpOptions(line.split(' ')), error, line);
  }
});

test('the command line of server is read as redis-server reads it', () => {
  assert.deepEqual(parseServerArguments([]), {
    configFile: undefined,
    directives: [],
    isSentinel: false,
  });
  const args = ['my.conf', '--port', '6400', '--save', '3600', '1', '--sentinel'];
  assert.deepEqual(parseServerArguments(args), {
    configFile: 'my.conf',
    directives: [
      ['port', '6400'],
      ['save', '3600', '1'],
    ],
    isSentinel: true,
  });
  assert.deepEqual(
    parseServerArguments(['--maxmemory 100mb', '--save', '--loglevel', 'debug']).directives,
    [
      ['maxmemory', '100mb'],
      ['save', ''],
      ['loglevel', 'debug'],
    ],
  );
  assert.deepEqual(parseServerArguments(['--save', '']).directives, [['save', '']]);
  assert.deepEqual(
    parseServerArguments([
      'my.conf',
      'loglevel',
      'debug',
      '--sentinel',
      '--masterauth',
      '--x',
      '--port',
      '1',
      '2',
    ]),
    {
      configFile: 'my.conf',
      directives: [
        ['loglevel', 'debug'],
        ['masterauth', '--x'],
        ['port', '1', '2'],
      ],
      isSentinel: true,
    },
  );
});

test('the version is that of package.json', () => {
  const manifest = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  assert.equal(VERSION, manifest.version);
});
