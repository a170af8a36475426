/**
 * Addresses of instances: the host as it was given (`hostname`) and what it resolves to (`ip`).
 *
 * Deliberately absent: DNS. Literal addresses resolve to themselves, `localhost` resolves where
 * resolve-hostnames allows names, and no other name does.
 */

import type { LogLevel } from '../../machine/machine.ts';

export interface Address {
  readonly hostname: string;
  /** Empty while the name does not resolve. */
  readonly ip: string;
  readonly port: number;
}

/** Why a host and a port make no address. */
export type AddressError = 'unresolved' | 'port';

/** What resolving and announcing an address depends on. */
export interface NamingContext {
  readonly settings: { readonly resolveHostnames: boolean; readonly announceHostnames: boolean };
  log(level: LogLevel, line: string): void;
}

const PORT_MAX = 65535;
/** Longest text of an IPv6 address. */
const IP_LENGTH_MAX = 45;

/** The IP address of a host; undefined when the host does not resolve. */
export function resolveHost(hostname: string, allowNames: boolean): string | undefined {
  if (hostname.length > IP_LENGTH_MAX) return undefined;
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

/**
 * The address of a host and port, or why there is none. With `orUnresolved`, a name that does not
 * resolve yet makes an address with an empty `ip`, provided that resolve-hostnames allows names.
 */
export function makeAddress(
  context: NamingContext,
  hostname: string,
  port: number,
  orUnresolved: boolean,
): Address | AddressError {
  if (!isPort(port)) return 'port';
  const { resolveHostnames } = context.settings;
  const ip = resolveHost(hostname, resolveHostnames);
  if (ip !== undefined) return { hostname, ip, port };
  context.log('warning', `Failed to resolve hostname '${hostname}'`);
  if (!resolveHostnames || !orUnresolved) return 'unresolved';
  return { hostname, ip: '', port };
}

/** Resolves the address's host once more. */
export function resolveAgain(context: NamingContext, address: Address): Address {
  const { hostname, port } = address;
  return { hostname, ip: resolveHost(hostname, context.settings.resolveHostnames) ?? '', port };
}

/** The host as it is told to clients, instances and other Sentinels (announce-hostnames). */
export function announced(context: NamingContext, address: Address): string {
  return context.settings.announceHostnames ? address.hostname : address.ip;
}

/** True when the host names the same machine as the address. */
export function isAt(context: NamingContext, address: Address, hostname: string): boolean {
  const { resolveHostnames } = context.settings;
  const ip = resolveHost(hostname, resolveHostnames);
  if (ip !== undefined) return address.ip === ip;
  return resolveHostnames && address.hostname.toLowerCase() === hostname.toLowerCase();
}

/** True when both have the same port, and the same IP address or host name. */
export function sameAddress(a: Address, b: Address): boolean {
  if (a.port !== b.port) return false;
  return a.ip === b.ip || a.hostname.toLowerCase() === b.hostname.toLowerCase();
}
