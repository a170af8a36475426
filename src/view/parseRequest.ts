/**
 * Checks what came over a wire before it is taken for a request.
 *
 * Invariant: a request that passes has exactly the fields of its operation, each of its type;
 * whether the names in it mean anything is for the sandbox to say.
 */

import type { Operation, Request } from './messages.ts';

type FieldType = 'string' | 'number' | 'boolean' | 'target' | 'optional string' | 'optional number';

const FIELDS: Readonly<Record<Operation['op'], Readonly<Record<string, FieldType>>>> = {
  state: {},
  pause: {},
  resume: {},
  step: { count: 'number' },
  stepVisible: {},
  crash: { node: 'string' },
  powerloss: { node: 'string' },
  freeze: { node: 'string' },
  thaw: { node: 'string' },
  restart: { node: 'string' },
  cut: { a: 'string', b: 'string', oneway: 'boolean' },
  reset: { a: 'string', b: 'string' },
  heal: { a: 'optional string', b: 'optional string' },
  latency: { a: 'string', b: 'string', ms: 'number', jitterMs: 'number' },
  bgsave: { node: 'string' },
  resync: { node: 'string' },
  replicaof: { node: 'string', to: 'target' },
  failover: { name: 'string' },
  load: { rate: 'number', bytes: 'number' },
  loadStop: {},
  addServer: { port: 'optional number' },
  addReplica: { of: 'string', port: 'optional number' },
  addSentinel: { port: 'optional number' },
  remove: { node: 'string' },
  backlog: { node: 'string', bytes: 'number' },
  log: { node: 'string', count: 'number' },
  command: { node: 'string', line: 'string' },
};

/** Undefined for anything that is no request. */
export function parseRequest(data: unknown): Request | undefined {
  if (!isRecord(data) || typeof data['id'] !== 'number' || !isRecord(data['operation'])) {
    return undefined;
  }
  const operation = data['operation'];
  const op = operation['op'];
  if (typeof op !== 'string' || !Object.hasOwn(FIELDS, op)) return undefined;
  const fields = FIELDS[op as Operation['op']];
  for (const [name, type] of Object.entries(fields)) {
    if (!isOfType(operation[name], type)) return undefined;
  }
  const names = Object.keys(operation);
  if (names.some((name) => name !== 'op' && !Object.hasOwn(fields, name))) return undefined;
  return { id: data['id'], operation: operation as unknown as Operation };
}

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === 'optional string') return value === undefined || typeof value === 'string';
  if (type === 'optional number') return value === undefined || typeof value === 'number';
  if (type !== 'target') return typeof value === type;
  if (value === null) return true;
  if (!isRecord(value)) return false;
  if ('node' in value) return typeof value['node'] === 'string';
  return typeof value['host'] === 'string' && typeof value['port'] === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
