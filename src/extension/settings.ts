/** The settings of `replicationSandbox.*`, as package.json declares them. */

import * as vscode from 'vscode';

export const SECTION = 'replicationSandbox';

interface Settings {
  readonly port: number;
  readonly sentinelPort: number;
  readonly replicas: number;
  readonly sentinels: number;
  readonly downAfterMs: number;
  /** Null: a new one is drawn at every start. */
  readonly seed: number | null;
  readonly startAutomatically: boolean;
  readonly openPanelOnStart: boolean;
  readonly terminalEnvironment: boolean;
  /** 0: chosen from the memory of this machine. */
  readonly memoryLimitMb: number;
  /** Past events that can be looked at, and memory for their payloads. */
  readonly historyEvents: number;
  readonly historyMb: number;
}

export function readSettings(): Settings {
  const section = vscode.workspace.getConfiguration(SECTION);
  return {
    port: section.get('port', 6400),
    sentinelPort: section.get('sentinelPort', 26_400),
    replicas: section.get('replicas', 2),
    sentinels: section.get('sentinels', 3),
    downAfterMs: section.get('downAfterMs', 2_000),
    seed: section.get('seed', null),
    startAutomatically: section.get('startAutomatically', false),
    openPanelOnStart: section.get('openPanelOnStart', true),
    terminalEnvironment: section.get('terminalEnvironment', true),
    memoryLimitMb: section.get('memoryLimitMb', 0),
    historyEvents: section.get('historyEvents', 1_000_000),
    historyMb: section.get('historyMb', 64),
  };
}
