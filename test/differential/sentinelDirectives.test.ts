/** Lines of sentinel.conf: which a real Sentinel takes, and what it says of the others. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type SentinelDirective,
  sentinelDirectives,
} from '../../src/engine/process/directives/sentinelDirectives.ts';
import { serverDirectives } from '../../src/engine/process/directives/serverDirectives.ts';
import { Stage } from '../unit/sentinel/stage.ts';
import { whyNoRealServer } from './realServer.ts';

const skip = whyNoRealServer() ?? false;
const FIRST = 'sentinel monitor a 127.0.0.1 6379 2';
/** Read last, and always wrong: neither Sentinel gets to listen. */
const STOP = 'sentinel nonsense';

/** Faults of one line that come after those of the lines' words, and need the world around. */
const LINES = [
  ...Object.entries<SentinelDirective>(sentinelDirectives).flatMap(([name, { of, values }]) => {
    const words = values.map(({ name: word, type }) =>
      word === 'host' ? '127.0.0.1' : type === 'yesNo' ? 'no' : '1',
    );
    const start = `sentinel ${name}${of === 'master' ? ' a' : ''}`;
    const isScript = name.endsWith('-script');
    return [
      `sentinel ${name}`,
      `${start} ${words.join(' ')} more`,
      ...(isScript || name === 'monitor' ? [] : [`${start} ${words.join(' ')}`]),
      ...(of === 'master' && name !== 'monitor' ? [`sentinel ${name} b ${words.join(' ')}`] : []),
    ];
  }),
  ...['-1', '0', 'x', '99999999999999999999'].flatMap((number) => [
    `sentinel monitor c 127.0.0.1 6379 ${number}`,
    `sentinel monitor c 127.0.0.1 ${number} 2`,
    `sentinel down-after-milliseconds a ${number}`,
    `sentinel failover-timeout a ${number}`,
    `sentinel parallel-syncs a ${number}`,
    `sentinel master-reboot-down-after-period a ${number}`,
    `sentinel announce-port ${number}`,
    `sentinel current-epoch ${number}`,
  ]),
  'sentinel resolve-hostnames maybe',
  'sentinel announce-hostnames maybe',
  'sentinel deny-scripts-reconfig maybe',
  'sentinel deny-scripts-reconfig NO',
  `sentinel myid ${'f'.repeat(40)}`,
  'SENTINEL Announce-IP 127.0.0.1',
  'sentinel known-slave a 127.0.0.1 1',
  'sentinel',
  'daemonize maybe',
  'loglevel foo',
  'port 65536',
  'min-slaves-to-write 1',
  'maxmemory 1gb',
  'hz 10',
  'appendonly no',
  'client-output-buffer-limit pubsub 32mb 8mb 60',
  'tls-port 0',
  'proto-max-bulk-len 512mb',
  'proto-max-bulk-len 1',
  'list-max-ziplist-value 64',
  'save "60 x"',
  'cluster-enabled yes',
  'nonsense',
];

/** Those that ours refuses, and why, stand in the unit tests. */
const SERVER_LINES = Object.entries(serverDirectives)
  .filter(([, { type }]) => type === 'yesNo' || type === 'integer' || type === 'choice')
  .map(([name]) => `${name} 0x`);

function realError(dir: string, line: string): string {
  const file = join(dir, 'sentinel.conf');
  writeFileSync(file, `${FIRST}\n${line}\n${STOP}\n`);
  const { stderr } = spawnSync('redis-sentinel', [file], { encoding: 'latin1', cwd: dir });
  return stderr.includes('at line 3') ? '' : stderr.trim().split('\n').at(-1)!;
}

function ownError(line: string): string {
  const stage = new Stage({ sentinels: 0, replicas: [] });
  stage.addSentinel('s', 26000, [FIRST, line, STOP]);
  stage.pass(0.1);
  const log = stage.log('s');
  return log.includes(`>>> '${STOP}'`) ? '' : log.at(-1)!;
}

test('lines of sentinel.conf', { skip }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'differential-'));
  try {
    for (const line of [...LINES, ...SERVER_LINES]) {
      assert.equal(ownError(line), realError(dir, line), line);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
