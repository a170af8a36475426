/** Verbs on the links between places: nodes, and `outside` for applications and tools. */

import type { Verbs } from './verb.ts';

/** Longer than any timeout of Redis by default. */
const LATENCY_MS_MAX = 3_600_000;

const FROM = { kind: 'place', question: 'From which end?' } as const;
const TO = { kind: 'place', question: 'To which end?' } as const;
const LATENCY = {
  kind: 'milliseconds',
  what: 'latencies are milliseconds',
  least: 0,
  most: LATENCY_MS_MAX,
} as const;

export const linkVerbs = {
  cut: {
    words: 'CUT',
    help: 'Blocks all bytes between the two (or from a to b); they arrive after HEAL.',
    takes: { a: FROM, b: TO, oneway: { kind: 'flag', word: 'ONEWAY' } },
    command: { name: 'cut', title: 'Cut Link' },
  },
  reset: {
    words: 'RESET',
    help: 'Resets every connection between the two.',
    takes: { a: FROM, b: TO },
  },
  heal: {
    words: 'HEAL',
    help: 'Ends the cuts between the two, all cuts of a, or all cuts.',
    takes: { a: { kind: 'place', optional: true }, b: { kind: 'place', optional: true } },
    command: { name: 'heal', title: 'Heal', offered: 'cuts' },
  },
  latency: {
    words: 'LATENCY',
    help: 'The latency of each direction in milliseconds, and its largest random addition.',
    takes: {
      a: FROM,
      b: TO,
      ms: { ...LATENCY, question: 'Milliseconds each way', suggested: 20 },
      jitterMs: {
        ...LATENCY,
        usage: 'jitter',
        question: 'Jitter: the largest random addition, in milliseconds',
        default: 0,
      },
    },
    command: { name: 'latency', title: 'Set Latency' },
  },
} as const satisfies Verbs;
