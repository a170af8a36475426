/** Verbs on the history of a sandbox: going back, and returning. */

import { PATTERN } from './time.ts';
import type { Verbs } from './verb.ts';

const EVENTS_BACK_MAX = 100_000;
/** The digests of so many keys take half a second, in which the world stands still. */
export const KEYS_MAX = 100_000;

const LOOKS = { worksAfterFailure: true, worksInPast: true } as const;

export const historyVerbs = {
  back: {
    words: 'BACK',
    help: 'Shows the state before the last n events. Time stands still meanwhile; clients wait.',
    takes: {
      count: {
        kind: 'integer',
        usage: 'n',
        what: 'BACK takes a number of events',
        least: 1,
        most: EVENTS_BACK_MAX,
        default: 1,
      },
    },
    ...LOOKS,
    command: { name: 'backRaw', title: 'Step Back Raw' },
  },
  backVisible: {
    words: 'BACK VISIBLE',
    help: 'Shows the state right after the last visible event before the one that is shown.',
    takes: {},
    ...LOOKS,
    command: { name: 'back', title: 'Step Back' },
  },
  backMilestone: {
    words: 'BACK MILESTONE',
    help: 'Shows the state right after the last milestone before the event that is shown.',
    takes: {},
    ...LOOKS,
    command: { name: 'backMilestone', title: 'Step Back to Milestone' },
  },
  backOn: {
    words: 'BACK ON',
    help: 'Shows the state right after the last event of a pattern before the event that is shown.',
    takes: { pattern: { ...PATTERN, question: 'Back to which event? Such as +odown or psync' } },
    ...LOOKS,
    command: { name: 'backOn', title: 'Step Back to Event' },
  },
  goto: {
    words: 'GOTO',
    help: 'Shows the state right after an event.',
    takes: {
      event: {
        kind: 'integer',
        question: 'The number of the event',
        what: 'GOTO takes the number of an event',
        least: 0,
        most: Number.MAX_SAFE_INTEGER,
      },
    },
    ...LOOKS,
    command: { name: 'goto', title: 'Go to Event' },
  },
  gotoTime: {
    words: 'GOTO TIME',
    help: 'Shows the state at a time of the world, in Unix milliseconds.',
    takes: {
      ms: {
        kind: 'milliseconds',
        what: 'GOTO TIME takes Unix milliseconds',
        least: 0,
        most: Number.MAX_SAFE_INTEGER,
      },
    },
    ...LOOKS,
  },
  gotoFailover: {
    words: 'GOTO FAILOVER',
    help: 'Shows the state right after the nth promotion or other loss, as STATE lists them.',
    takes: {
      n: { kind: 'integer', what: 'GOTO FAILOVER takes a number', least: 1, most: 1_000 },
    },
    ...LOOKS,
  },
  live: {
    words: 'LIVE',
    help: 'Returns to the present, as it was left.',
    takes: {},
    ...LOOKS,
    command: { name: 'live', title: 'Return to the Present', offered: 'past' },
  },
  fork: {
    words: 'FORK',
    help: 'Continues from what is shown, as a sandbox of its own on other ports; replies with its endpoints.',
    takes: { name: { kind: 'label', what: 'a sandbox has a name', optional: true } },
    ...LOOKS,
    hasData: true,
    command: { name: 'fork', title: 'Continue from Here' },
  },
  saveRecording: {
    words: 'RECORDING SAVE',
    help: 'Saves what is recorded to a file, which `open` shows again. Passwords are replaced, unless SECRETS keeps them.',
    takes: {
      path: { kind: 'path', usage: 'path', question: 'Save the recording' },
      secrets: { kind: 'flag', word: 'SECRETS', optional: true },
    },
    ...LOOKS,
    command: { name: 'saveRecording', title: 'Save Recording' },
  },
  keys: {
    words: 'KEYS',
    help: 'The first n keys of a server in the order of their bytes: type, digest, expiry, and value.',
    takes: {
      node: { kind: 'node', suitable: { machine: 'server' } },
      count: {
        kind: 'integer',
        usage: 'n',
        what: 'KEYS takes a number of keys',
        least: 1,
        most: KEYS_MAX,
        default: 100,
      },
    },
    ...LOOKS,
    hasData: true,
  },
  milestones: {
    words: 'MILESTONES',
    help: 'The milestones after event n, oldest first: number, time, node, and what happened.',
    takes: {
      after: {
        kind: 'integer',
        usage: 'n',
        what: 'MILESTONES takes the number of an event',
        least: 0,
        most: Number.MAX_SAFE_INTEGER,
        default: 0,
      },
    },
    ...LOOKS,
    hasData: true,
  },
  events: {
    words: 'EVENTS',
    help: 'The events from one on, oldest first: number, time, node, sender, kind, and what it is.',
    takes: {
      from: {
        kind: 'integer',
        what: 'EVENTS takes the number of the first event',
        least: 0,
        most: Number.MAX_SAFE_INTEGER,
        default: 0,
      },
      count: {
        kind: 'integer',
        usage: 'n',
        what: 'EVENTS takes a number of events',
        least: 1,
        most: 10_000,
        default: 100,
      },
      filter: {
        kind: 'line',
        usage: '(VISIBLE | node=name | kind=name | conn=n | text=part) ...',
        optional: true,
      },
    },
    ...LOOKS,
    hasData: true,
  },
  event: {
    words: 'EVENT',
    help: 'All about one event: its bytes, its causes and its effects.',
    takes: {
      event: {
        kind: 'integer',
        usage: 'n',
        what: 'EVENT takes the number of an event',
        least: 1,
        most: Number.MAX_SAFE_INTEGER,
      },
    },
    ...LOOKS,
    hasData: true,
  },
} as const satisfies Verbs;
