/**
 * Asks the extension of test/e2e/probe, which shares a process with ours, for what no user can do.
 *
 * Invariant: it is the one of the window that was opened last.
 */

import { existsSync, readFileSync } from 'node:fs';
import { until } from './window.ts';

/** Milliseconds. */
interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class Probe {
  private readonly portFile: string;

  constructor(portFile: string) {
    this.portFile = portFile;
  }

  /** Kills the sandbox's thread that was started first. */
  async kill(): Promise<void> {
    await this.ask('kill');
  }

  /** From now on sandboxes start with a bug (plantedBug.mjs), or do not any more. */
  async plantBug(on: boolean): Promise<void> {
    await this.ask(`plant?on=${on ? 'yes' : 'no'}`);
  }

  /** Changes a setting of the user; code-server's own watcher of the file needs a compiler. */
  async set(name: string, value: unknown): Promise<void> {
    await this.ask(`set?name=${name}&value=${encodeURIComponent(JSON.stringify(value))}`);
  }

  /** Runs the Start command whether it is offered or not, and with it activates the extension. */
  async start(): Promise<void> {
    await this.ask('start');
  }

  /** Begins to measure the delay of the event loop. */
  async measure(): Promise<void> {
    await this.ask('measure');
  }

  async measured(): Promise<Delay> {
    return (await this.ask('measured')) as Delay;
  }

  private async ask(what: string): Promise<unknown> {
    let answer: Response | undefined;
    await until(async () => {
      if (!existsSync(this.portFile)) return false;
      // A window that went has left its port behind until the next one is there.
      const port = readFileSync(this.portFile, 'utf8');
      answer = await fetch(`http://127.0.0.1:${port}/${what}`).catch(() => undefined);
      return answer !== undefined;
    }, 'the probe');
    return answer!.json();
  }
}
