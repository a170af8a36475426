/**
 * Addresses of instances: what was said (`hostname`) and where that is (`ip`).
 *
 * Deliberately absent: DNS. Literal addresses are always known, `localhost` where
 * resolve-hostnames allows names; every other name does not resolve.
 */

import type { LogLevel } from '../../machine/machine.ts';

export interface Address {
  readonly hostname: string;
  /** Empty while the name does not resolve. */
  readonly ip: string;
  readonly port: number;
}

/** Why a host and port are no address. */
export type AddressError = 'unresolved' | 'port';

/** What resolving and announcing an address depends on. */
export interface NamingContext {
  readonly settings: { readonly resolveHostnames: boolean; readonly announceHostnames: boolean };
  log(level: LogLevel, line: string): void;
}

const PORT_MAX = 65535;
/** Longest text of an IPv6 address. */
const IP_LENGTH_MAX = 45;

/** The IP address that a host stands for; undefined when it does not resolve. */
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

/** The address of a host and port; with `orUnresolved` also that of a name that may resolve later. */
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

/** The same host and port, its name looked up again. */
export function resolveAgain(context: NamingContext, address: Address): Address {
  const { hostname, port } = address;
  return { hostname, ip: resolveHost(hostname, context.settings.resolveHostnames) ?? '', port };
}

/** The address's host as clients, instances and other Sentinels are told. */
export function announced(context: NamingContext, address: Address): string {
  return context.settings.announceHostnames ? address.hostname : address.ip;
}

/** True when the host is where the address is. */
export function isAt(context: NamingContext, address: Address, hostname: string): boolean {
  const { resolveHostnames } = context.settings;
  const ip = resolveHost(hostname, resolveHostnames);
  if (ip !== undefined) return address.ip === ip;
  return resolveHostnames && address.hostname.toLowerCase() === hostname.toLowerCase();
}

/** True when both are the same place, by address or by name. Unresolved hosts of one name are one. */
export function sameAddress(a: Address, b: Address): boolean {
  if (a.port !== b.port) return false;
  return a.ip === b.ip || a.hostname.toLowerCase() === b.hostname.toLowerCase();
}
