/**
 * What a Sentinel reads from an instance's INFO: text in, facts out. The text is walked once, so even
 * a hostile one costs time proportional to its length.
 */

import { firstParts } from '../../resp/words.ts';
import { INFO_LINE_BYTES_MAX, INSTANCES_MAX } from '../model/bounds.ts';
import { leadingInteger } from '../model/numbers.ts';

export interface InfoFacts {
  readonly runid: string | undefined;
  readonly role: 'master' | 'slave' | undefined;
  /** The replicas that a master lists. */
  readonly replicas: readonly { readonly hostname: string; readonly port: number }[];
  /** For how long the replica has been without its master; 0 when connected, -1000 if it never was. */
  readonly masterLinkDownMs: number;
  readonly masterHost: string | undefined;
  readonly masterPort: number | undefined;
  readonly masterLinkUp: boolean | undefined;
  readonly priority: number | undefined;
  readonly offset: number | undefined;
  readonly announced: boolean | undefined;
}

const RUN_ID_LENGTH = 40;

/** The facts in the text of an INFO. Lines longer than INFO_LINE_BYTES_MAX are skipped. */
export function parseInfo(text: string): InfoFacts {
  const fields = new Map<string, string>();
  const replicas: { hostname: string; port: number }[] = [];
  for (const line of lines(text)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1);
    const isReplica = /^slave\d/.test(name) && replicas.length < INSTANCES_MAX;
    const replica = isReplica ? parseReplica(value) : undefined;
    if (replica !== undefined) replicas.push(replica);
    fields.set(name, value);
  }
  const runid = fields.get('run_id');
  const linkDownSeconds = integer(fields.get('master_link_down_since_seconds')) ?? 0;
  return {
    runid:
      runid !== undefined && runid.length >= RUN_ID_LENGTH
        ? runid.slice(0, RUN_ID_LENGTH)
        : undefined,
    role: roleOf(fields.get('role')),
    replicas,
    masterLinkDownMs: Math.min(linkDownSeconds * 1000, Number.MAX_SAFE_INTEGER),
    masterHost: fields.get('master_host'),
    masterPort: integer(fields.get('master_port')),
    masterLinkUp: map(fields.get('master_link_status'), (status) => status === 'up'),
    priority: integer(fields.get('slave_priority')),
    offset: integer(fields.get('slave_repl_offset')),
    announced: map(integer(fields.get('replica_announced')), (flag) => flag !== 0),
  };
}

function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\r\n', start);
    const end = found < 0 ? text.length : found;
    if (end - start <= INFO_LINE_BYTES_MAX) yield text.slice(start, end);
    start = end + 2;
  }
}

/** `ip=127.0.0.1,port=6380,state=online,…`, or `127.0.0.1,6380,online` of before 2.8. */
function parseReplica(value: string): { hostname: string; port: number } | undefined {
  const [first = '', second] = firstParts(value, ',', 2);
  const isNamed = value.includes('ip=');
  const hostname = isNamed ? valueAfter(value, 'ip=') : first;
  const port = isNamed ? valueAfter(value, 'port=') : second;
  if (hostname === undefined || port === undefined || !/^\d/.test(port)) return undefined;
  return { hostname, port: leadingInteger(port) };
}

/** What follows the name up to the next comma; undefined when there is no such name. */
function valueAfter(text: string, name: string): string | undefined {
  const found = text.indexOf(name);
  if (found < 0) return undefined;
  const start = found + name.length;
  const comma = text.indexOf(',', start);
  return text.slice(start, comma < 0 ? text.length : comma);
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
