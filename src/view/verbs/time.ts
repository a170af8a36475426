/** Verbs on the time of a sandbox, and its state. */

import type { Verbs } from './verb.ts';

/** The most events that one step executes. */
const STEP_EVENTS_MAX = 100_000;

export const timeVerbs = {
  state: {
    words: 'STATE',
    help: 'The whole state of the sandbox, as a map or as JSON.',
    takes: {},
    worksAfterFailure: true,
    worksInPast: true,
    hasData: true,
  },
  pause: {
    words: 'PAUSE',
    help: 'Stops the time of the world; clients stay connected and wait.',
    takes: {},
    command: { name: 'pause', title: 'Pause', offered: 'live' },
  },
  resume: {
    words: 'RESUME',
    help: 'The world follows the wall clock again.',
    takes: {},
    command: { name: 'resume', title: 'Resume', offered: 'paused' },
  },
  step: {
    words: 'STEP',
    help: 'Executes the next n events, and lists them. A running world is paused first.',
    takes: {
      count: {
        kind: 'integer',
        usage: 'n',
        what: 'STEP takes a number of events',
        least: 1,
        most: STEP_EVENTS_MAX,
        default: 1,
      },
    },
    worksInPast: true,
    command: { name: 'stepRaw', title: 'Step Raw' },
  },
  stepVisible: {
    words: 'STEP VISIBLE',
    help: 'Executes events up to and including the next visible one, and lists them.',
    takes: {},
    worksInPast: true,
    command: { name: 'step', title: 'Step' },
  },
} as const satisfies Verbs;
