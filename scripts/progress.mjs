// Says what is being done, and for how long: a silent minute looks like a hang.
import { spawn } from 'node:child_process';

const REMIND_MS = 10_000;
/** A step that took less does not say how long it took. */
const LONG_MS = 2_000;

/**
 * Says `text`, runs `work`, and until that is done says every ten seconds that it goes on. Returns what
 * `work` returns. `work` must not block this thread: programs are started by `outputOf`.
 */
export async function during(text, work, say = console.error) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1_000);
  say(`${text} …`);
  const reminder = setInterval(() => say(`  … for ${seconds()} s so far`), REMIND_MS);
  try {
    const result = await work();
    if (Date.now() - started >= LONG_MS) say(`  done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}

/**
 * Runs a program to its end. Resolves to its status, null when a signal ended it or it did not start,
 * and to its output and errors, unless `options.stdio` says otherwise. `isLate`: it was ended after
 * `options.timeout`.
 */
export function outputOf(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ status: null, output: error.message, isLate: false }));
    child.once('close', (status, signal) =>
      resolve({ status, output, isLate: signal !== null && child.killed }),
    );
  });
}
