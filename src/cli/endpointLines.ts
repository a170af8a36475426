/** Endpoints as lines of a terminal. */

import type { EndpointList } from '../gateway/hostMessages.ts';

type Listed = Pick<EndpointList, 'control' | 'dashboard'> & Partial<EndpointList>;

/** `  m         127.0.0.1:6400  master` and so on. */
export function endpointLines(endpoints: Listed): string[] {
  const { nodes = [], sentinels = [], masterName = '', control, dashboard } = endpoints;
  const line = (name: string, text: string): string => `  ${name.padEnd(10)}${text}`;
  return [
    ...nodes.map((node) => line(node.name, `${node.host}:${node.port}  ${node.role}`)),
    ...sentinels.map((node) =>
      line(node.name, `${node.host}:${node.port}  Sentinel of ${masterName}`),
    ),
    line('control', `${control.host}:${control.port}  redis-cli -p ${control.port} SANDBOX HELP`),
    line('dashboard', dashboard.url),
  ];
}
