/**
 * The environment variables that tell an application where the sandbox is.
 *
 *   REDIS_URL=redis://127.0.0.1:6400
 *   REDIS_SENTINELS=127.0.0.1:26400,127.0.0.1:26401,127.0.0.1:26402
 *   REDIS_MASTER_NAME=mymaster
 */

interface Address {
  readonly host: string;
  readonly port: number;
}

interface Addresses {
  /** The first one is the master of the beginning. */
  readonly nodes: readonly Address[];
  readonly sentinels: readonly Address[];
  readonly masterName: string;
}

/** Names and values; without Sentinels only REDIS_URL. The values need no quotes in a shell. */
export function connectionVariables({
  nodes,
  sentinels,
  masterName,
}: Addresses): (readonly [string, string])[] {
  const address = ({ host, port }: Address): string => `${host}:${port}`;
  const url = ['REDIS_URL', `redis://${address(nodes[0]!)}`] as const;
  if (sentinels.length === 0) return [url];
  return [
    url,
    ['REDIS_SENTINELS', sentinels.map(address).join(',')],
    ['REDIS_MASTER_NAME', masterName],
  ];
}
