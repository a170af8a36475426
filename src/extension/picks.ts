/**
 * Quick picks whose items show the state of their nodes and sandboxes.
 *
 * Invariant: a single candidate is taken without a question, and so is the node of a command that was
 * run from a tree's menu.
 */

import * as vscode from 'vscode';
import { formatBytes, parseBytes } from '../sandbox/byteSizes.ts';
import type { NodeSnapshot, SentinelSnapshot } from '../view/snapshot.ts';
import { describeServer } from './nodesModel.ts';
import type { Sandboxes } from './sandboxes.ts';
import { describeSentinel } from './sentinelsModel.ts';
import type { Session } from './session.ts';
import { stateOf } from './statusText.ts';
import type { TreeEntry } from './treeEntry.ts';

export type AnyNode = NodeSnapshot | SentinelSnapshot;

export interface Target {
  readonly session: Session;
  readonly node: AnyNode;
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export function isServer(node: AnyNode): node is NodeSnapshot {
  return 'role' in node;
}

export function describeNode(node: AnyNode): string {
  return isServer(node) ? describeServer(node, undefined) : `Sentinel · ${describeSentinel(node)}`;
}

/** `127.0.0.1:6410 · fork of event 8402 · live`; a recording has no address. */
function describeSession({ plan, origin, snapshot }: Session): string {
  const state = stateOf(origin, snapshot);
  return origin.kind === 'recording' ? state : `127.0.0.1:${plan.ports.port} · ${state}`;
}

/** The sandbox of a tree entry, or the only sandbox, or the one that the user picks. */
export async function pickSession(
  sandboxes: Sandboxes,
  entry: TreeEntry | undefined,
  fits: (session: Session) => boolean = () => true,
): Promise<Session | undefined> {
  const given = entry === undefined ? undefined : sandboxes.byId(entry.sandbox);
  if (given !== undefined) return given;
  const candidates = sandboxes.all.filter(fits);
  if (candidates.length <= 1) return candidates[0];
  const choice = await vscode.window.showQuickPick(
    candidates.map((session) => ({
      label: session.title,
      description: describeSession(session),
      value: session,
    })),
    { title: 'Replication Sandbox', placeHolder: 'Which sandbox?' },
  );
  return choice?.value;
}

/** The node of a tree entry, or the one that the user picks among the suitable nodes. */
export async function pickTarget(
  sandboxes: Sandboxes,
  entry: TreeEntry | undefined,
  title: string,
  fits: (node: AnyNode, session: Session) => boolean,
): Promise<Target | undefined> {
  const targets = sandboxes.all.flatMap((session) =>
    [...session.snapshot.nodes, ...session.snapshot.sentinels].map((node) => ({ session, node })),
  );
  if (entry !== undefined && entry.node !== '') {
    return targets.find(
      ({ session, node }) => session.id === entry.sandbox && node.name === entry.node,
    );
  }
  const candidates = targets.filter(({ node, session }) => fits(node, session));
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(`${title}: no node is in a suitable state.`);
    return undefined;
  }
  const isOnly = sandboxes.all.length === 1;
  const choice = await vscode.window.showQuickPick(
    candidates.map((target) => ({
      label: target.node.name,
      description: describeNode(target.node),
      detail: isOnly ? '' : target.session.title,
      value: target,
    })),
    { title, placeHolder: 'Which node?', matchOnDescription: true },
  );
  return choice?.value;
}

export async function pick<T>(
  title: string,
  placeHolder: string,
  choices: readonly Choice<T>[],
): Promise<T | undefined> {
  const choice = await vscode.window.showQuickPick([...choices], {
    title,
    placeHolder,
    matchOnDescription: true,
  });
  return choice?.value;
}

/** Asks for a whole number within bounds. */
export function askNumber(
  title: string,
  prompt: string,
  value: number,
  min: number,
  max: number,
): Promise<number | undefined> {
  const parse = (text: string): number | undefined =>
    /^\d+$/.test(text) ? Number(text) : undefined;
  const wanted = `A whole number from ${min} to ${max}`;
  return askWithin(title, prompt, String(value), (text) => within(parse(text), min, max), wanted);
}

/** Asks for a number within bounds, which may have a fraction. */
export function askFactor(
  title: string,
  prompt: string,
  value: number,
  min: number,
  max: number,
): Promise<number | undefined> {
  const parse = (text: string): number | undefined =>
    /^\d*\.?\d+$/.test(text) ? Number(text) : undefined;
  const wanted = `A number from ${min} to ${max}`;
  return askWithin(title, prompt, String(value), (text) => within(parse(text), min, max), wanted);
}

/** Asks for a size in bytes, within bounds: `16384`, `16kb` or `1mb`. */
export function askBytes(
  title: string,
  prompt: string,
  value: number,
  min: number,
  max: number,
): Promise<number | undefined> {
  const parse = (text: string): number | undefined => within(parseBytes(text), min, max);
  const wanted = `A size from ${formatBytes(min)} to ${formatBytes(max)}, such as 16384, 16kb or 1mb`;
  return askWithin(title, prompt, formatBytes(value), parse, wanted);
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

/** Asks until `parse` accepts the text; `wanted` says what it accepts. */
async function askWithin(
  title: string,
  prompt: string,
  value: string,
  parse: (text: string) => number | undefined,
  wanted: string,
): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt,
    value,
    validateInput: (input) => (parse(input) === undefined ? wanted : undefined),
  });
  return text === undefined ? undefined : parse(text);
}
