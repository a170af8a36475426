/**
 * Addresses of instances: what was said (`hostname`) and where that is (`ip`).
 *
 * Deliberately absent: DNS. Literal addresses are always known, `localhost` where
 * resolve-hostnames allows names; every other name is one that does not resolve.
 */

export interface Address {
  readonly hostname: string;
  /** Empty while the name does not resolve. */
  readonly ip: string;
  readonly port: number;
}

const PORT_MAX = 65535;

/** The address a name stands for; undefined when it does not resolve. */
export function resolveHost(hostname: string, allowNames: boolean): string | undefined {
  if (isIpv4(hostname) || isIpv6(hostname)) return hostname;
  if (allowNames && hostname.toLowerCase() === 'localhost') return '127.0.0.1';
  return undefined;
}

export function isPort(port: number): boolean {
  return port >= 0 && port <= PORT_MAX;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

function isIpv6(text: string): boolean {
  return text.includes(':') && /^[0-9a-f:.]+$/i.test(text);
}

/** Same place, by address or by name: two unresolved hosts of one name are one. */
export function sameAddress(a: Address, b: Address): boolean {
  if (a.port !== b.port) return false;
  return a.ip === b.ip || a.hostname.toLowerCase() === b.hostname.toLowerCase();
}
