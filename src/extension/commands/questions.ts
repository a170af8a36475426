/** Asks for the arguments of a verb, each by its kind. Arguments without a question are not asked for. */

import * as vscode from 'vscode';
import type { Argument, Arguments, Target } from '../../view/verbs/arguments.ts';
import {
  type AnyNode,
  askBytes,
  askFactor,
  askNumber,
  type Choice,
  describeNode,
  isServer,
  pick,
} from '../picks.ts';
import type { Session } from '../session.ts';
import { askPlace } from './linkQuestions.ts';

/** The arguments of an operation by the names of their fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** For whom and for what is asked. */
export interface Asked {
  readonly session: Session;
  /** The node of a verb that takes one. */
  readonly node: AnyNode | undefined;
  /** Name of the node on whose tree row the command was run; empty without one. */
  readonly given: string;
  readonly title: string;
  readonly takes: Arguments;
}

const COMMAND = 'SET greeting "hello world"';

/** The user has left a question unanswered. */
const UNANSWERED = Symbol('unanswered');

/** Undefined when the user has left a question unanswered. */
export async function askArguments(asked: Asked): Promise<Fields | undefined> {
  const fields: Record<string, unknown> = {};
  for (const [name, argument] of Object.entries(asked.takes)) {
    const value = await ask(argument, asked, Object.values(fields));
    if (value === UNANSWERED) return undefined;
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

/** Undefined for an argument that is left out. `before` are the answers so far. */
async function ask(argument: Argument, asked: Asked, before: unknown[]): Promise<unknown> {
  switch (argument.kind) {
    case 'node':
      return asked.node!.name;
    case 'masterName':
      return asked.session.snapshot.masterName;
    case 'flag':
      return false;
    case 'port':
    case 'label':
      return undefined;
    case 'path':
      return (await askPath(argument.question)) ?? UNANSWERED;
    case 'place':
      if (argument.question === undefined) return undefined;
      return (await askPlace(asked, argument.question, before[0] as string)) ?? UNANSWERED;
    case 'line':
      if (argument.question === undefined) return undefined;
      return (await askLine(asked, argument.question)) ?? UNANSWERED;
    case 'target': {
      const target = await askTarget(asked, argument.question);
      return target === undefined ? UNANSWERED : target;
    }
    case 'bytes':
      return askLimited(argument, asked, before, presentBacklog(asked));
    case 'integer':
    case 'milliseconds':
    case 'factor':
      return askLimited(argument, asked, before, undefined);
  }
}

type Limited = Extract<Argument, { readonly least: number }>;

/** Proposes the present value, if there is one. */
async function askLimited(
  argument: Limited,
  asked: Asked,
  before: readonly unknown[],
  present: number | undefined,
): Promise<unknown> {
  const { question, least, most } = argument;
  const proposed = present ?? argument.suggested ?? argument.default;
  if (question === undefined) return proposed;
  const title = titled(asked, before);
  const ask =
    argument.kind === 'bytes' ? askBytes : argument.kind === 'factor' ? askFactor : askNumber;
  return (await ask(title, question, proposed ?? least, least, most)) ?? UNANSWERED;
}

/** `Set Latency: m and r1`, `Set Backlog Size: m`. */
function titled({ title }: Asked, before: readonly unknown[]): string {
  const names = before.filter((value) => typeof value === 'string');
  return names.length === 0 ? title : `${title}: ${names.join(' and ')}`;
}

function presentBacklog({ node }: Asked): number | undefined {
  return node !== undefined && isServer(node) ? node.backlog.size : undefined;
}

async function askLine({ title, node }: Asked, prompt = ''): Promise<string | undefined> {
  const example = node === undefined ? '+odown' : isServer(node) ? COMMAND : 'SENTINEL MASTERS';
  const line = await vscode.window.showInputBox({
    title: node === undefined ? title : `${title}: ${node.name}`,
    prompt,
    placeHolder: example,
  });
  return line === undefined || line.trim() === '' ? undefined : line;
}

/** Where to save a recording. VS Code asks before a file is replaced. */
async function askPath(title = ''): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  const name = `sandbox-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.rsrec`;
  const uri = await vscode.window.showSaveDialog({
    title,
    filters: { Recordings: ['rsrec'] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder.uri, name) }),
  });
  return uri?.fsPath;
}

async function askTarget(
  { session, node, title }: Asked,
  question = '',
): Promise<Target | undefined> {
  const { name } = node!;
  const others = session.snapshot.nodes.filter((other) => other.name !== name);
  const choices: Choice<Target | 'ask'>[] = [
    ...others.map((other) => ({
      label: other.name,
      description: describeNode(other),
      value: { node: other.name },
    })),
    { label: 'NO ONE', description: `${name} becomes a master`, value: null },
    { label: 'An address…', description: 'any host and port', value: 'ask' },
  ];
  const choice = await pick(`${title}: ${name}`, question, choices);
  return choice === 'ask' ? askAddress(`${title}: ${name}`) : choice;
}

async function askAddress(title: string): Promise<Target | undefined> {
  const pattern = /^(.+)[: ](\d{1,5})$/;
  const text = await vscode.window.showInputBox({
    title,
    prompt: 'Host and port of the master; a sandbox can only connect to addresses of this machine',
    placeHolder: '127.0.0.1:6379',
    validateInput: (input) => (pattern.test(input) ? undefined : 'host:port'),
  });
  const parts = text === undefined ? null : pattern.exec(text);
  return parts === null ? undefined : { host: parts[1]!, port: Number(parts[2]) };
}
