/**
 * Which hosts are this machine, decided by the text alone: for outgoing connections, and for the Host and
 * Origin of a browser's requests.
 *
 * Invariant: no name is ever looked up, so neither a name server nor /etc/hosts decides where a sandbox
 * connects. Only an address of this machine and `localhost` count as this machine.
 */

/**
 * 0 to 255 without leading zeros: `127.999.0.1` is not an address, and some parsers read 010 as
 * octal.
 */
const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4_LOOPBACK = new RegExp(`^127\\.${BYTE}\\.${BYTE}\\.${BYTE}$`);

/** The address to connect to for 127.0.0.0/8, ::1 and localhost; undefined for any other host. */
export function loopbackAddress(host: string): string | undefined {
  if (host.toLowerCase() === 'localhost') return '127.0.0.1';
  return host === '::1' || IPV4_LOOPBACK.test(host) ? host : undefined;
}

/** Whether `authority` (`host:port` of a URL or a Host header) is our listener on 127.0.0.1. */
export function isOwnAuthority(authority: string | undefined, port: number): boolean {
  return authority === `127.0.0.1:${port}` || authority === `localhost:${port}`;
}
