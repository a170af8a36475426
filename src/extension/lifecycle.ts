/**
 * Starts and stops sandboxes, restores them after a reload of the window, and tells the user about taken
 * ports and dead sandboxes.
 *
 * Invariant: nothing listens in an untrusted workspace.
 */

import * as vscode from 'vscode';
import { takenPorts } from '../gateway/freePorts.ts';
import {
  listPorts,
  movesText,
  NoPortsError,
  type PortMove,
  type PortWish,
  startOnFreePorts,
} from '../gateway/portChoice.ts';
import { portsOf, runsOf, usualRuns } from '../gateway/portPlan.ts';
import { deathText, failureText } from './deathText.ts';
import { holderText } from './holders.ts';
import type { EndEvent, FailureEvent, ForkEvent, Sandboxes } from './sandboxes.ts';
import type { RememberedPlan, Session } from './session.ts';
import { readSettings } from './settings.ts';
import { makeAgain } from './topologyChanges.ts';

/** How long a reloaded window waits for its predecessor's ports: code-server frees them after 60 s. */
const WAIT_MS_MAX = 90_000;
const WAIT_POLL_MS = 500;

const OTHER_PORTS = 'Start on Other Ports';
const START_AGAIN = 'Start Again';
const ANOTHER = 'Start Another';
const RESTART = 'Stop and Start Again';
const DETAILS = 'Show Details';
const TRUST = 'Manage Workspace Trust';
const OK = 'OK';
const CHANGE_PORTS = 'Change Ports…';

/** A sandbox that has started, and the parts of it that did not get the ports they asked for. */
interface Brought {
  readonly session: Session;
  readonly moves: readonly PortMove[];
}

export class Lifecycle {
  private readonly sandboxes: Sandboxes;
  private readonly log: vscode.OutputChannel;

  constructor(sandboxes: Sandboxes, log: vscode.OutputChannel) {
    this.sandboxes = sandboxes;
    this.log = log;
  }

  /** The Start command: starts a sandbox. While one runs, it says so and asks what to do. */
  async start(): Promise<Session | undefined> {
    if (this.sandboxes.isStarting) return undefined; // The status bar says so.
    const [session, ...more] = this.sandboxes.running;
    if (session === undefined) return this.startAnother();
    const what =
      more.length > 0
        ? `${more.length + 1} sandboxes are running in this window`
        : `a sandbox is running in this window: ${addresses(session)}`;
    const choices = more.length > 0 ? [ANOTHER] : [ANOTHER, RESTART];
    const text = `Replication Sandbox: ${what}.`;
    const answer = await vscode.window.showInformationMessage(text, ...choices);
    if (answer === RESTART) await this.restart(session);
    return answer === ANOTHER ? this.startAnother() : undefined;
  }

  /** Starts a sandbox on free ports, whether one is running or not. */
  async startAnother(): Promise<Session | undefined> {
    if (!(await this.isTrusted())) return undefined;
    const { port, sentinelPort, replicas, sentinels } = readSettings();
    const own = this.sandboxes.all.flatMap((session) => session.ports);
    const brought = await this.bring({
      runs: usualRuns(port, sentinelPort),
      shape: { replicas, sentinels },
    });
    const moves = brought?.moves.filter(({ taken }) => taken.some((each) => !own.includes(each)));
    if (moves !== undefined && moves.length > 0) {
      const text = `Replication Sandbox: ${await this.textOf(moves)}`;
      void offerPorts(vscode.window.showInformationMessage(text, CHANGE_PORTS));
    }
    return brought?.session;
  }

  /** Restarts the sandboxes that ran when the window was closed, on the same ports if they are free. */
  async restore(): Promise<void> {
    for (const plan of this.sandboxes.remembered) {
      if (await this.waitForPorts(plan)) await this.bringBack(plan);
      else void this.offerOtherPorts(plan);
    }
  }

  /** Starts a sandbox as it was, and says what is different. */
  private async bringBack(plan: RememberedPlan): Promise<void> {
    const { replicas, sentinels } = plan;
    const shape = { replicas, sentinels };
    const brought = await this.bring({ runs: runsOf(plan.ports), shape });
    if (brought === undefined) return;
    const { session, moves } = brought;
    const missing = await makeAgain(plan.changes, (operation) => session.request(operation));
    const where =
      moves.length === 0
        ? `runs again on the same ports (${addresses(session)}).`
        : `runs again. ${await this.textOf(moves)}`;
    const without = missing.length === 0 ? '' : ` Not restored: ${missing.join(', ')}.`;
    // Without a button VS Code shows only the first line.
    void vscode.window.showInformationMessage(
      `Replication Sandbox: the sandbox ${where} It starts empty: what was written before is gone.${without}`,
      OK,
    );
  }

  /** Says where a fork runs, and that nothing follows it there. */
  tellFork({ session, parent }: ForkEvent): void {
    const what = session.origin.kind === 'fork' ? session.origin.name : '';
    const clients = parent.isRecording
      ? ''
      : ` Applications stay connected with ${parent.title}, the present.`;
    // Without a button VS Code shows only the first line.
    void vscode.window.showInformationMessage(
      `Replication Sandbox: ${session.title} runs (${what}). Its endpoints: ${everyAddress(session)}.${clients}`,
      OK,
    );
  }

  async stop(session: Session): Promise<void> {
    await this.sandboxes.stop(session);
  }

  /** Shows the user an important message. */
  async warn({
    session,
    text,
  }: {
    readonly session: Session;
    readonly text: string;
  }): Promise<void> {
    const name = this.sandboxes.all.length > 1 ? `${session.title}: ` : '';
    const message = `Replication Sandbox: ${name}${text}`;
    const choices = session.isRecording ? [] : [RESTART];
    const answer = await vscode.window.showWarningMessage(message, ...choices);
    if (answer === RESTART) await this.restart(session);
  }

  /**
   * A machine broke an invariant: its world has stopped, the editor and other sandboxes continue. The
   * sandbox's feed names the file of the recording; the stack is logged here.
   */
  async failed({ session, report }: FailureEvent): Promise<void> {
    this.log.appendLine(`${session.title} was stopped by ${report.stack}`);
    const text = `Replication Sandbox: ${failureText(session.title, report)}`;
    const choices = session.isRecording ? [DETAILS] : [RESTART, DETAILS];
    const answer = await vscode.window.showErrorMessage(text, ...choices);
    if (answer === RESTART) await this.restart(session);
    if (answer === DETAILS) this.log.show(true);
  }

  /** Starts a new sandbox on the same ports. */
  private async restart(session: Session): Promise<void> {
    if (!this.sandboxes.all.includes(session)) return;
    await this.sandboxes.stop(session);
    await this.bringBack(session.remembered);
  }

  /** Reports a death once, with a button to start again. */
  async died({ session, reason }: EndEvent): Promise<void> {
    if (reason === '') return;
    this.log.appendLine(`${session.title} has died: ${reason}`);
    const { what, advice } = deathText(reason);
    const others = this.sandboxes.all.length > 0 ? ' Other sandboxes go on.' : '';
    const answer = await vscode.window.showErrorMessage(
      `Replication Sandbox: ${session.title} ${what}. ${advice}${others}`,
      ...(session.isRecording ? [DETAILS] : [START_AGAIN, DETAILS]),
    );
    if (answer === START_AGAIN) await this.bringBack(session.remembered);
    if (answer === DETAILS) this.log.show(true);
  }

  private async isTrusted(): Promise<boolean> {
    if (vscode.workspace.isTrusted) return true;
    const answer = await vscode.window.showWarningMessage(
      'Replication Sandbox: in Restricted Mode no port is opened. Trust this workspace to start a sandbox.',
      TRUST,
    );
    if (answer === TRUST) await vscode.commands.executeCommand('workbench.trust.manage');
    return false;
  }

  /** Starts a sandbox on free ports; tells the user when that fails. */
  private async bring(wish: PortWish): Promise<Brought | undefined> {
    try {
      const { started, moves } = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: 'Replication Sandbox: starting…' },
        () => startOnFreePorts(wish, (ports) => this.sandboxes.start({ ...wish.shape, ports })),
      );
      return { session: started, moves };
    } catch (error) {
      this.tellFailure(error);
      return undefined;
    }
  }

  private tellFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const details = error instanceof Error ? (error.stack ?? reason) : reason;
    this.log.appendLine(`a sandbox did not start: ${details}`);
    const text = `Replication Sandbox: the sandbox did not start: ${reason}.`;
    if (error instanceof NoPortsError) {
      const advice =
        'Set replicationSandbox.port and replicationSandbox.sentinelPort to free ports.';
      void offerPorts(vscode.window.showErrorMessage(`${text} ${advice}`, CHANGE_PORTS));
    } else {
      const advice = 'The output channel “Replication Sandbox” has the details.';
      void vscode.window.showErrorMessage(`${text} ${advice}`);
    }
  }

  private async textOf(moves: readonly PortMove[]): Promise<string> {
    const taken = moves.flatMap((move) => move.taken);
    return movesText(moves, holderText(await this.sandboxes.holders.of(taken)));
  }

  /**
   * Waits for the ports while another window's sandbox has them: usually it is the same window before
   * its reload. Resolves to false when the user cancels or the wait takes too long.
   */
  private async waitForPorts(plan: RememberedPlan): Promise<boolean> {
    const ports = portsOf(plan.ports, plan);
    const taken = await takenPorts(ports);
    let holders = await this.sandboxes.holders.of(taken);
    if (holders.length === 0) return true;
    const title = `Replication Sandbox: ports ${listPorts(taken)} are held by ${holderText(holders)}; waiting for them. Cancel to use others.`;
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_progress, token) => {
        const limit = Date.now() + WAIT_MS_MAX;
        while (holders.length > 0 && Date.now() < limit && !token.isCancellationRequested) {
          await new Promise((resolve) => setTimeout(resolve, WAIT_POLL_MS));
          holders = await this.sandboxes.holders.of(await takenPorts(ports));
        }
        return holders.length === 0 && !token.isCancellationRequested;
      },
    );
  }

  private async offerOtherPorts(plan: RememberedPlan): Promise<void> {
    const taken = await takenPorts(portsOf(plan.ports, plan));
    const holder = holderText(await this.sandboxes.holders.of(taken));
    const answer = await vscode.window.showWarningMessage(
      `Replication Sandbox: the sandbox of this workspace was not started: ports ${listPorts(taken)} are held by ${holder}.`,
      OTHER_PORTS,
    );
    if (answer === OTHER_PORTS) await this.bringBack(plan);
  }
}

/** Opens the settings if the user chose that. */
async function offerPorts(question: Thenable<string | undefined>): Promise<void> {
  if ((await question) !== CHANGE_PORTS) return;
  await vscode.commands.executeCommand('workbench.action.openSettings', 'replicationSandbox port');
}

/** `127.0.0.1:6410, Sentinels at 26410, 26411 and 26412`. */
function addresses({ endpoints }: Session): string {
  const master = endpoints.nodes.find(({ role }) => role === 'master') ?? endpoints.nodes[0];
  const sentinels = endpoints.sentinels.map((sentinel) => sentinel.port);
  const text = `the master at ${master!.host}:${master!.port}`;
  return sentinels.length === 0 ? text : `${text}, Sentinels at ${listPorts(sentinels)}`;
}

/** `m 127.0.0.1:6403, s1 127.0.0.1:26403, control endpoint 127.0.0.1:6492, dashboard 127.0.0.1:6493`. */
function everyAddress({ endpoints }: Session): string {
  const { nodes, sentinels, control, dashboard } = endpoints;
  return [
    ...[...nodes, ...sentinels].map(({ name, host, port }) => `${name} ${host}:${port}`),
    `control endpoint ${control.host}:${control.port}`,
    `dashboard ${new URL(dashboard.url).host}`,
  ].join(', ');
}
