/** What a Sentinel reads from an instance's INFO. Pure text in, facts out. */

import { leadingInteger } from '../model/numbers.ts';

export interface InfoFacts {
  readonly runid: string | undefined;
  readonly role: 'master' | 'slave' | undefined;
  /** Replicas a master lists. */
  readonly replicas: readonly { readonly hostname: string; readonly port: number }[];
  /** How long the link to the master has been down; 0 when it is up, -1000 before it was ever up. */
  readonly masterLinkDownMs: number;
  readonly masterHost: string | undefined;
  readonly masterPort: number | undefined;
  readonly masterLinkUp: boolean | undefined;
  readonly priority: number | undefined;
  readonly offset: number | undefined;
  readonly announced: boolean | undefined;
}

const RUN_ID_LENGTH = 40;

export function parseInfo(text: string): InfoFacts {
  const fields = new Map<string, string>();
  const replicas: { hostname: string; port: number }[] = [];
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1);
    const replica = /^slave\d/.test(name) ? parseReplica(value) : undefined;
    if (replica !== undefined) replicas.push(replica);
    fields.set(name, value);
  }
  const runid = fields.get('run_id');
  return {
    runid: runid !== undefined && runid.length >= RUN_ID_LENGTH ? runid.slice(0, 40) : undefined,
    role: roleOf(fields.get('role')),
    replicas,
    masterLinkDownMs: (integer(fields.get('master_link_down_since_seconds')) ?? 0) * 1000,
    masterHost: fields.get('master_host'),
    masterPort: integer(fields.get('master_port')),
    masterLinkUp: map(fields.get('master_link_status'), (status) => status === 'up'),
    priority: integer(fields.get('slave_priority')),
    offset: integer(fields.get('slave_repl_offset')),
    announced: map(integer(fields.get('replica_announced')), (flag) => flag !== 0),
  };
}

/** `ip=127.0.0.1,port=6380,state=online,…`, or `127.0.0.1,6380,online` of before 2.8. */
function parseReplica(value: string): { hostname: string; port: number } | undefined {
  const named = /^.*?\bip=([^,]*),.*?\bport=(\d+)/.exec(value);
  const match = named ?? /^([^,=]*),(\d+),/.exec(value);
  return match === null ? undefined : { hostname: match[1]!, port: Number(match[2]) };
}

function roleOf(value: string | undefined): 'master' | 'slave' | undefined {
  return value === 'master' || value === 'slave' ? value : undefined;
}

function integer(value: string | undefined): number | undefined {
  return map(value, leadingInteger);
}

function map<T, U>(value: T | undefined, change: (value: T) => U): U | undefined {
  return value === undefined ? undefined : change(value);
}
