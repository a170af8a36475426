/** Starts the forks of a sandbox, and the forks of those. */

import { failureLine } from './failureReport.ts';
import type { EndpointList, HostOptions } from './hostMessages.ts';
import { SandboxWorker } from './sandboxWorker.ts';

/** The listener for forks: starts each in a worker of its own, and tells of its misfortunes. */
export function startForks(
  tell: (text: string) => void,
): (name: string, options: HostOptions) => Promise<EndpointList> {
  const onFork = async (name: string, options: HostOptions): Promise<EndpointList> => {
    const worker = await SandboxWorker.start(options, {
      onFork,
      onWarning: tell,
      onFailure: (report) => tell(failureLine(report)),
      onDeath: (reason) => tell(`${name} has died: ${reason}`),
    });
    const { control, dashboard } = worker.endpoints;
    tell(`${name}: control ${control.host}:${control.port}, dashboard ${dashboard.url}`);
    return worker.endpoints;
  };
  return onFork;
}
