/** The endpoints of a sandbox that continues this one: the answer to FORK, as rows of a table. */

const PARTS = ['nodes', 'sentinels'] as const;

/**
 * `[['m', '127.0.0.1:6410'], …, ['control', …], ['dashboard', 'http://…']]`. What is not an endpoint is
 * left out: the answer comes from a host of any version.
 */
export function endpointRows(data: unknown): (readonly [name: string, address: string])[] {
  const rows: [string, string][] = [];
  if (!isRecord(data)) return rows;
  for (const part of PARTS) {
    const list = data[part];
    if (!Array.isArray(list)) continue;
    for (const each of list) {
      const address = addressOf(each);
      if (address !== undefined && isRecord(each)) rows.push([String(each['name']), address]);
    }
  }
  const control = addressOf(data['control']);
  if (control !== undefined) rows.push(['control', control]);
  const dashboard = data['dashboard'];
  if (isRecord(dashboard) && typeof dashboard['url'] === 'string') {
    rows.push(['dashboard', dashboard['url']]);
  }
  return rows;
}

function addressOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value['host'] === 'string'
    ? `${value['host']}:${String(value['port'])}`
    : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
