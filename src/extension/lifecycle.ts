/**
 * Starts and stops sandboxes, restores them after a reload of the window, and tells the user about taken
 * ports and dead sandboxes.
 *
 * Invariant: nothing listens in an untrusted workspace.
 */

import * as vscode from 'vscode';
import { takenPorts } from '../gateway/freePorts.ts';
import { deathText, failureText } from './deathText.ts';
import { holderText } from './holders.ts';
import { BLOCKS_MAX, listPorts, type PortPlan, portPlan, portsOf } from './portPlan.ts';
import type { EndEvent, FailureEvent, Sandboxes } from './sandboxes.ts';
import type { Session, SessionPlan } from './session.ts';
import { readSettings } from './settings.ts';

/** How long a reloaded window waits for its predecessor's ports: code-server frees them after 60 s. */
const WAIT_MS_MAX = 90_000;
const WAIT_POLL_MS = 500;

const OTHER_PORTS = 'Start on Other Ports';
const START_AGAIN = 'Start Again';
const RESTART = 'Stop and Start Again';
const DETAILS = 'Show Details';
const TRUST = 'Manage Workspace Trust';
const OK = 'OK';
const CHANGE_PORTS = 'Change Ports…';

export class Lifecycle {
  private readonly sandboxes: Sandboxes;
  private readonly log: vscode.OutputChannel;

  constructor(sandboxes: Sandboxes, log: vscode.OutputChannel) {
    this.sandboxes = sandboxes;
    this.log = log;
  }

  /** The Start command: starts a sandbox on the first free block of ports. */
  async start(): Promise<Session | undefined> {
    if (!(await this.isTrusted())) return undefined;
    const { replicas, sentinels } = readSettings();
    const found = await this.freePlan();
    if (found.ports === undefined) {
      const text = `Replication Sandbox: ports ${listPorts(found.taken)} are taken (${found.holder}), and so are the blocks after them. Set replicationSandbox.port and replicationSandbox.sentinelPort to free ports.`;
      void offerPorts(vscode.window.showErrorMessage(text, CHANGE_PORTS));
      return undefined;
    }
    const session = await this.bring({ ports: found.ports, replicas, sentinels });
    if (session !== undefined && found.taken.length > 0) {
      const [ports, are] = found.taken.length === 1 ? ['port', 'is'] : ['ports', 'are'];
      const text = `Replication Sandbox: ${ports} ${listPorts(found.taken)} ${are} taken by ${found.holder}; the sandbox has ${addresses(session)} instead.`;
      void offerPorts(vscode.window.showInformationMessage(text, CHANGE_PORTS));
    }
    return session;
  }

  /** Restarts the sandboxes that ran when the window was closed, on the same ports. */
  async restore(): Promise<void> {
    for (const plan of this.sandboxes.remembered) {
      if (!(await this.waitForPorts(plan))) {
        void this.offerOtherPorts(plan);
        continue;
      }
      const session = await this.bring(plan);
      if (session === undefined) continue;
      // Without a button VS Code shows only the first line.
      void vscode.window.showInformationMessage(
        `Replication Sandbox: the sandbox runs again on the same ports (${addresses(session)}). It starts empty: what was written before is gone.`,
        OK,
      );
    }
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
    const answer = await vscode.window.showWarningMessage(message, RESTART);
    if (answer === RESTART) await this.restart(session);
  }

  /**
   * A machine broke an invariant: its world has stopped, the editor and other sandboxes continue. The
   * sandbox's feed names the file of the recording; the stack is logged here.
   */
  async failed({ session, report }: FailureEvent): Promise<void> {
    this.log.appendLine(`${session.title} was stopped by ${report.stack}`);
    const text = `Replication Sandbox: ${failureText(session.title, report)}`;
    const answer = await vscode.window.showErrorMessage(text, RESTART, DETAILS);
    if (answer === RESTART) await this.restart(session);
    if (answer === DETAILS) this.log.show(true);
  }

  /** Starts a new sandbox on the same ports. */
  private async restart(session: Session): Promise<void> {
    if (!this.sandboxes.all.includes(session)) return;
    await this.sandboxes.stop(session);
    await this.bring(session.plan);
  }

  /** Reports a death once, with a button to start again. */
  async died({ session, reason }: EndEvent): Promise<void> {
    if (reason === '') return;
    this.log.appendLine(`${session.title} has died: ${reason}`);
    const { what, advice } = deathText(reason);
    const others = this.sandboxes.all.length > 0 ? ' Other sandboxes go on.' : '';
    const answer = await vscode.window.showErrorMessage(
      `Replication Sandbox: ${session.title} ${what}. ${advice}${others}`,
      START_AGAIN,
      DETAILS,
    );
    if (answer === START_AGAIN) await this.bring(session.plan);
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

  private async bring(plan: SessionPlan): Promise<Session | undefined> {
    try {
      return await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: 'Replication Sandbox: starting…' },
        () => this.sandboxes.start(plan),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const details = error instanceof Error ? (error.stack ?? reason) : reason;
      this.log.appendLine(`a sandbox did not start: ${details}`);
      const advice = reason.startsWith('port ')
        ? 'Free the port or change replicationSandbox.port, then start again.'
        : 'The output channel “Replication Sandbox” has the details.';
      void vscode.window.showErrorMessage(
        `Replication Sandbox: the sandbox did not start: ${reason}. ${advice}`,
      );
      return undefined;
    }
  }

  /** The first free block, and the taken ports before it, without those of this window's sandboxes. */
  private async freePlan(): Promise<{
    readonly ports: PortPlan | undefined;
    readonly taken: readonly number[];
    readonly holder: string;
  }> {
    const shape = readSettings();
    const own = new Set(this.sandboxes.all.flatMap(({ plan }) => portsOf(plan.ports, plan)));
    const passed: number[] = [];
    for (let block = 0; block < BLOCKS_MAX; block += 1) {
      const ports = portPlan(shape, block);
      if (ports === undefined) break;
      const taken = await takenPorts(portsOf(ports, shape));
      if (taken.length === 0) {
        return {
          ports,
          taken: passed,
          holder: holderText(await this.sandboxes.holders.of(passed)),
        };
      }
      passed.push(...taken.filter((port) => !own.has(port)));
    }
    const holder = holderText(await this.sandboxes.holders.of(passed));
    return { ports: undefined, taken: passed, holder };
  }

  /** Waits for the ports. Resolves to false when the user cancels or the wait takes too long. */
  private async waitForPorts(plan: SessionPlan): Promise<boolean> {
    const ports = portsOf(plan.ports, plan);
    let taken = await takenPorts(ports);
    if (taken.length === 0) return true;
    const holder = holderText(await this.sandboxes.holders.of(taken));
    const title = `Replication Sandbox: ports ${listPorts(taken)} are held by ${holder}; waiting for them. Cancel to use others.`;
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_progress, token) => {
        const limit = Date.now() + WAIT_MS_MAX;
        while (taken.length > 0 && Date.now() < limit && !token.isCancellationRequested) {
          await new Promise((resolve) => setTimeout(resolve, WAIT_POLL_MS));
          taken = await takenPorts(ports);
        }
        return taken.length === 0 && !token.isCancellationRequested;
      },
    );
  }

  private async offerOtherPorts(plan: SessionPlan): Promise<void> {
    const taken = await takenPorts(portsOf(plan.ports, plan));
    const holder = holderText(await this.sandboxes.holders.of(taken));
    const answer = await vscode.window.showWarningMessage(
      `Replication Sandbox: the sandbox of this workspace was not started: ports ${listPorts(taken)} are held by ${holder}.`,
      OTHER_PORTS,
    );
    if (answer === OTHER_PORTS) await this.start();
  }
}

/** Opens the settings if the user chose that. */
async function offerPorts(question: Thenable<string | undefined>): Promise<void> {
  if ((await question) !== CHANGE_PORTS) return;
  await vscode.commands.executeCommand('workbench.action.openSettings', 'replicationSandbox port');
}

/** `127.0.0.1:6410, Sentinels at 26410, 26411 and 26412`. */
function addresses({ endpoints }: Session): string {
  const [master] = endpoints.nodes;
  const sentinels = endpoints.sentinels.map((sentinel) => sentinel.port);
  const text = `the master at ${master!.host}:${master!.port}`;
  return sentinels.length === 0 ? text : `${text}, Sentinels at ${listPorts(sentinels)}`;
}
