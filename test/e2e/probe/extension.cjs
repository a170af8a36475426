/**
 * What no user can do to an extension, for its tests: end a sandbox's thread, start one with a bug in
 * it or where it is not offered, measure the delay of the event loop they share. Asked over HTTP on a port of its own, which it
 * writes into REPLICATION_SANDBOX_PROBE_FILE.
 *
 * Invariant: until it is asked nothing is different, except that threads are remembered.
 */

const { renameSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const { join } = require('node:path');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { pathToFileURL } = require('node:url');
const threads = require('node:worker_threads');
const vscode = require('vscode');

const BUG = pathToFileURL(join(__dirname, 'plantedBug.mjs')).href;
/** How often the loop is looked at: a delay reads this much longer than it was, at most. */
const RESOLUTION_MS = 1;
const NANOSECONDS_PER_MS = 1e6;

/** Our threads, oldest first; those that have ended have no number any more. */
const started = [];
let isBugPlanted = false;
let delay;

/** Every host of extensions shares its modules, so ours makes its threads of this class. */
class RememberedWorker extends threads.Worker {
  constructor(file, options) {
    super(file, isBugPlanted ? { ...options, execArgv: ['--import', BUG] } : options);
    if (String(file).endsWith('/dist/worker.cjs')) started.push(this);
  }
}

const answers = {
  /** Ends the oldest thread that runs. */
  kill: async () => {
    await started.find((thread) => thread.threadId > 0).terminate();
  },
  /** Threads that start from now on have the bug, or do not. */
  plant: ({ on }) => {
    isBugPlanted = on === 'yes';
    return isBugPlanted;
  },
  set: async ({ name, value }) => {
    const settings = vscode.workspace.getConfiguration();
    await settings.update(name, JSON.parse(value), vscode.ConfigurationTarget.Global);
  },
  /** As another extension or a keybinding does it, which no enablement holds back. */
  start: () => {
    vscode.commands.executeCommand('replicationSandbox.start'); // It waits for the user.
    return true;
  },
  measure: () => {
    delay?.disable();
    delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    return true;
  },
  measured: () => {
    delay.disable();
    const ms = (nanoseconds) => nanoseconds / NANOSECONDS_PER_MS;
    return { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
  },
};

exports.activate = (context) => {
  threads.Worker = RememberedWorker;
  const server = http.createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://probe');
    const value = await answers[pathname.slice(1)](Object.fromEntries(searchParams));
    response.end(JSON.stringify(value ?? null));
  });
  server.listen(0, '127.0.0.1', () => {
    const file = process.env['REPLICATION_SANDBOX_PROBE_FILE'];
    writeFileSync(`${file}.new`, String(server.address().port));
    renameSync(`${file}.new`, file);
  });
  context.subscriptions.push({ dispose: () => server.close() });
};
