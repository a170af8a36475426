/** What makes a run depend on anything but its inputs. */

import { codeOnly, importsOf } from './sources.ts';

/** `process` is a word of our own in the engine; only the host's members of it are meant. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bDate\b/, 'Date'],
  [/\bMath\.random\b/, 'Math.random'],
  [/\bset(Timeout|Interval|Immediate)\b/, 'a timer'],
  [/\bqueueMicrotask\b/, 'queueMicrotask'],
  [/\bPromise\b/, 'Promise'],
  [/\basync\b/, 'async'],
  [/\bawait\b/, 'await'],
  [/\bperformance\./, 'performance'],
  [/\bcrypto\b/, 'crypto'],
  [/\bfetch\(/, 'fetch'],
  [/\bglobalThis\b/, 'globalThis'],
  [/\bWeakRef\b|\bFinalizationRegistry\b/, 'garbage collection'],
  [/\bprocess\.(env|argv|hrtime|nextTick|memoryUsage|cwd|platform|uptime)\b/, 'the host process'],
  [/\btoLocale\w*|\bIntl\b|\blocaleCompare\b/, 'the locale'],
];

/** The banned things a pure file's text uses. */
export function impurities(path: string, text: string): string[] {
  const code = codeOnly(text);
  const words = BANNED.filter(([pattern]) => pattern.test(code)).map(([, name]) => name);
  return [...words, ...importsOf(path, text).filter((name) => !name.startsWith('src/'))];
}
