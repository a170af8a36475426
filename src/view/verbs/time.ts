/** Verbs on the time of a sandbox, and its state. */

import type { Verbs } from './verb.ts';

/** The most events that one step executes. */
const STEP_EVENTS_MAX = 100_000;

/** See sandbox/events/pattern.ts. */
export const PATTERN = { kind: 'line', usage: 'pattern' } as const;

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
  speed: {
    words: 'SPEED',
    help: 'World seconds per real second, while the world runs.',
    takes: {
      factor: {
        kind: 'factor',
        question: 'World seconds per real second',
        what: 'SPEED takes a factor',
        least: 0.1,
        most: 100,
        suggested: 1,
      },
    },
    command: { name: 'speed', title: 'Set Speed' },
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
  stepMilestone: {
    words: 'STEP MILESTONE',
    help: 'Executes events up to and including the next milestone: SDOWN, vote, promotion, PSYNC.',
    takes: {},
    worksInPast: true,
    command: { name: 'stepMilestone', title: 'Step to Next Milestone' },
  },
  stepOn: {
    words: 'STEP ON',
    help: 'Executes events up to and including the next one of a pattern, such as r1:apply SET balance.',
    takes: { pattern: { ...PATTERN, question: 'Up to which event? Such as +odown or psync' } },
    worksInPast: true,
    command: { name: 'stepOn', title: 'Step to Event' },
  },
  pauseOn: {
    words: 'PAUSE ON',
    help: 'Pauses the running world after the next event of a pattern; without one, no longer.',
    takes: {
      pattern: {
        ...PATTERN,
        optional: true,
        question:
          'Pause on which event? Such as +odown, r1:apply SET balance, client:reply READONLY',
      },
    },
    command: { name: 'pauseOn', title: 'Pause on Event' },
  },
} as const satisfies Verbs;
