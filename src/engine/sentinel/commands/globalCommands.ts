/** Subcommands of SENTINEL about this Sentinel as a whole: CONFIG, DEBUG, FLUSHCONFIG, SIMULATE-FAILURE. */

import { globMatch } from '../../process/glob.ts';
import { parseInteger } from '../../resp/integer.ts';
import { parseYesNo, type SentinelSettings } from '../conf/settings.ts';
import { WORD_BYTES_MAX } from '../model/bounds.ts';
import { PERIOD_NAMES } from '../model/periods.ts';
import { closeLink } from '../monitoring/instanceLinks.ts';
import type { SentinelHost } from './host.ts';
import type { SentinelCall } from './sentinelCall.ts';
import { subcommand } from './subcommand.ts';

export const globalCommands = [
  subcommand(
    '6.2.0',
    [
      'CONFIG GET <pattern> | SET <name> <value>',
      'Shows or changes what concerns all of this Sentinel.',
    ],
    -3,
    config,
  ),
  subcommand(
    '7.0.0',
    ['DEBUG [<name> <value> ...]', 'Shows the periods, in milliseconds, or changes them.'],
    -2,
    debug,
  ),
  subcommand('2.8.4', ['FLUSHCONFIG', 'Writes configuration and state to the file.'], 2, (call) =>
    call.sentinel.stateFile.requestBy(call.client),
  ),
  subcommand(
    '3.2.0',
    [
      'SIMULATE-FAILURE [CRASH-AFTER-ELECTION] [CRASH-AFTER-PROMOTION] [HELP]',
      'Lets this Sentinel crash at that point of a failover.',
    ],
    -3,
    simulateFailure,
  ),
];

/** In the order of CONFIG GET *. */
const CONFIG_NAMES = [
  ['resolve-hostnames', 'resolveHostnames'],
  ['announce-hostnames', 'announceHostnames'],
  ['announce-ip', 'announceIp'],
  ['announce-port', 'announcePort'],
  ['sentinel-user', 'sentinelUser'],
  ['sentinel-pass', 'sentinelPass'],
] as const;

type ConfigKey = (typeof CONFIG_NAMES)[number][1];

function config(call: SentinelCall): void {
  const action = call.word(2);
  if (action === 'get' && call.argc === 4) configGet(call);
  else if (action === 'set' && call.argc === 5) configSet(call);
  else {
    call.reply.error('ERR Only SENTINEL CONFIG GET <option> / SET <option> <value> are supported.');
  }
}

function configGet(call: SentinelCall): void {
  const pattern = call.str(3);
  const found = CONFIG_NAMES.filter(([name]) => globMatch(pattern, name, true));
  call.reply.map(found.length);
  for (const [name, key] of found) {
    call.reply.bulk(name);
    call.reply.bulk(shown(call.sentinel.settings, key));
  }
}

function shown(settings: SentinelSettings, key: ConfigKey): string {
  const value = settings[key];
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function configSet(call: SentinelCall): void {
  const { sentinel } = call;
  const name = call.str(3);
  const value = call.str(4);
  const known = CONFIG_NAMES.find(([option]) => option === name.toLowerCase());
  if (known === undefined) {
    call.reply.error(`ERR Invalid argument '${name}' to SENTINEL CONFIG SET`);
    return;
  }
  const [, key] = known;
  if (value.length > WORD_BYTES_MAX || !assign(sentinel.settings, key, value)) {
    call.reply.error(`ERR Invalid value '${value}' to SENTINEL CONFIG SET '${name}'`);
    return;
  }
  sentinel.stateFile.requestBy(call.client);
  if (key === 'sentinelUser' || key === 'sentinelPass') dropSentinelLinks(sentinel);
}

function assign(settings: SentinelSettings, key: ConfigKey, value: string): boolean {
  if (key === 'resolveHostnames' || key === 'announceHostnames') {
    const flag = parseYesNo(value);
    if (flag !== undefined) settings[key] = flag;
    return flag !== undefined;
  }
  if (key === 'announcePort') {
    const port = parseInteger(value);
    if (typeof port !== 'number' || port < 0 || port > 65535) return false;
    settings.announcePort = port;
    return true;
  }
  settings[key] = value;
  return true;
}

/** Closes the links to other Sentinels, so that they are opened with the new credentials. */
function dropSentinelLinks(sentinel: SentinelHost): void {
  for (const master of sentinel.masters.values()) {
    for (const other of master.sentinels.values()) closeLink(sentinel, other.link);
  }
}

/** SENTINEL DEBUG [name value]…: shows or changes the periods. Changes before an erroneous one stay. */
function debug(call: SentinelCall): void {
  const { reply, sentinel } = call;
  if (call.argc === 2) {
    reply.map(PERIOD_NAMES.length);
    for (const [name, key] of PERIOD_NAMES) {
      reply.bulk(name.toUpperCase());
      reply.bulk(String(sentinel.periods[key]));
    }
    return;
  }
  for (let at = 2; at < call.argc; at += 2) {
    const name = call.str(at);
    const known = PERIOD_NAMES.find(([period]) => period === name.toLowerCase());
    if (known === undefined || at + 1 === call.argc) {
      reply.error(`ERR Unknown option or number of arguments for SENTINEL DEBUG '${name}'`);
      return;
    }
    const value = parseInteger(call.str(at + 1));
    if (typeof value !== 'number' || value <= 0) {
      reply.error(`ERR Invalid argument '${call.str(at + 1)}' for SENTINEL DEBUG '${name}'`);
      return;
    }
    sentinel.periods[known[1]] = value;
  }
  reply.ok();
}

const AFTER_ELECTION = 'crash-after-election';
const AFTER_PROMOTION = 'crash-after-promotion';

function simulateFailure(call: SentinelCall): void {
  const { sentinel, reply } = call;
  sentinel.simulateFailure.afterElection = false;
  sentinel.simulateFailure.afterPromotion = false;
  for (let at = 2; at < call.argc; at += 1) {
    const word = call.word(at);
    if (word === AFTER_ELECTION) {
      sentinel.simulateFailure.afterElection = true;
      logSimulation(sentinel, 'being successfully elected as failover leader');
    } else if (word === AFTER_PROMOTION) {
      sentinel.simulateFailure.afterPromotion = true;
      logSimulation(sentinel, 'promoting the selected replica to master');
    } else if (word === 'help') {
      reply.array(2);
      reply.bulk(AFTER_ELECTION);
      reply.bulk(AFTER_PROMOTION);
      return;
    } else {
      reply.error('ERR Unknown failure simulation specified');
      return;
    }
  }
  reply.ok();
}

function logSimulation(sentinel: SentinelHost, when: string): void {
  sentinel.log('warning', `Failure simulation: this Sentinel will crash after ${when}`);
}
