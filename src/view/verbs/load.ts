/** Verbs on the load: a client in the sandbox that counts its lost writes. */

import type { Verbs } from './verb.ts';

const RATE_MAX = 100_000;
const VALUE_BYTES_MAX = 65_536;

export const loadVerbs = {
  load: {
    words: 'LOAD',
    help: 'Writes unique values at the rate, and reports lost ones after each failover.',
    takes: {
      rate: {
        kind: 'integer',
        question: 'Writes a second',
        what: 'LOAD takes a rate',
        unit: 'writes a second',
        least: 1,
        most: RATE_MAX,
        suggested: 100,
      },
      bytes: {
        kind: 'integer',
        what: 'LOAD takes values',
        unit: 'bytes',
        least: 1,
        most: VALUE_BYTES_MAX,
        default: 64,
      },
    },
    feed: 'load of {rate} writes a second, {bytes} bytes each',
    command: { name: 'startLoad', title: 'Start Load', offered: 'noLoad' },
  },
  loadStop: {
    words: 'LOAD STOP',
    help: 'Ends the load after a last read-back, and replies with its final numbers.',
    takes: {},
    feed: 'load stops after a last read-back',
    command: { name: 'stopLoad', title: 'Stop Load', offered: 'load' },
  },
} as const satisfies Verbs;
