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
    runs: [
      { first: 6400, parts: ['servers'] },
      { first: 26_400, parts: ['sentinels'] },
      { first: 6490, parts: ['control'] },
      { first: 6491, parts: ['dashboard'] },
    ],
    seed: undefined,
    history: { events: 1_000_000, megabytes: 64 },
    form: 'list',
    logs: false,
  });
});

test('--port puts everything that has no option of its own next to each other', () => {
  const runsFor = (line: string) => parseUpOptions(line.split(' ')).runs;
  assert.deepEqual(runsFor('--port 27000'), [
    { first: 27_000, parts: ['servers', 'sentinels', 'control', 'dashboard'] },
  ]);
  assert.deepEqual(runsFor('--port 0 --control-port 7090'), [
    { first: 0, parts: ['servers', 'sentinels', 'dashboard'] },
    { first: 7090, parts: ['control'] },
  ]);
  assert.deepEqual(runsFor('--sentinel-port 0 --dashboard-port 7091'), [
    { first: 6400, parts: ['servers'] },
    { first: 6490, parts: ['control'] },
    { first: 0, parts: ['sentinels'] },
    { first: 7091, parts: ['dashboard'] },
  ]);
});

test('options of up, in both spellings', () => {
  const options = parseUpOptions(['--replicas=0', '--sentinels', '0', '--seed', '7', '--json']);
  assert.deepEqual([options.replicas, options.sentinels, options.seed], [0, 0, 7]);
  assert.equal(options.form, 'json');
  assert.equal(parseUpOptions(['--env']).form, 'env');
});

test('wrong options of up say what is wrong', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['--nonsense', /unknown option '--nonsense'/],
    ['replicas', /unknown option 'replicas'/],
    ['--constructor 5', /unknown option '--constructor'/],
    ['--port', /--port needs a number/],
    ['--port -1', /--port must be an integer from 0 to 65535, not '-1'/],
    ['--json --env', /--json and --env exclude each other/],
    ['--replicas -1', /must be an integer from 0 to 32, not '-1'/],
    ['--replicas 1.5', /not '1.5'/],
    [
      '--port 6400 --control-port 6401',
      /the control endpoint and replica 1 would both have port 6401/,
    ],
    ['--port 65535', /port 65536 of replica 1 is above 65535/],
    ['--port 65530', /port 65536 of the control endpoint is above 65535/],
    ['--sentinel-port 6402', /Sentinel 1 and replica 2 would both have port 6402/],
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
