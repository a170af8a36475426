/** Which fields each kind of input has in JSON, so that a file is checked before a world sees it. */

import type { Input } from './input.ts';

type JsonKind = Exclude<Input['kind'], 'data' | 'drained'>;

/** An input as JSON has it. */
export interface JsonInput {
  readonly kind: JsonKind;
  /** Of `addNode`: the bytes follow the JSON. */
  readonly files?: readonly { readonly path: string; readonly length: number }[];
  /** Of `bandwidth`: null is Infinity. */
  readonly bytesPerSecond?: number | null;
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const file: Check = (value) => isObject(value) && text(value['path']) && isLength(value['length']);

const conn = { conn: number, delayMicros: optional(number) };
const node = { node: text };
const pair = { a: text, b: text, oneway: optional(flag) };

const FIELDS = {
  addNode: {
    name: text,
    machine: text,
    ports: optional(listOf(number)),
    configFile: optional(text),
    directives: optional(listOf(listOf(text))),
    files: optional(listOf(file)),
    nonce: optional(text),
  },
  removeNode: node,
  crash: node,
  powerLoss: node,
  freeze: node,
  thaw: node,
  restart: node,
  shutdown: { ...node, signal: optional(text) },
  signal: { ...node, name: text },
  killChild: { ...node, child: number },
  instruct: { ...node, instruction: isObject },
  cut: pair,
  heal: { a: optional(text), b: optional(text), oneway: optional(flag) },
  hold: pair,
  // Of a pair of places, or of an outside connection.
  reset: { a: optional(text), b: optional(text), conn: optional(number) },
  latency: { ...pair, micros: number, jitterMicros: optional(number) },
  bandwidth: { ...pair, bytesPerSecond: (value) => value === null || number(value) },
  clockJump: { ...node, micros: number },
  diskFault: { ...node, full: flag },
  accept: {
    ...conn,
    node: text,
    port: number,
    peer: text,
    from: optional(text),
    isOperator: optional(flag),
  },
  eof: conn,
  connected: { ...conn, laddr: optional(text) },
  refused: { conn: number, error: text },
} satisfies Record<JsonKind, Readonly<Record<string, Check>>>;

/** Whether parsed JSON is an input. */
export function isInput(value: unknown): value is JsonInput {
  if (!isObject(value)) return false;
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return false;
  return Object.entries(FIELDS[kind as JsonKind]).every(([field, check]) => check(value[field]));
}

function isLength(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
