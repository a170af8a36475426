/** Why a server has refused a command. */

const REASONS: Readonly<Record<string, string>> = {
  READONLY: 'it is a replica, and replicas take no writes (replica-read-only)',
  NOREPLICAS:
    'fewer than min-replicas-to-write replicas have acknowledged within min-replicas-max-lag',
  MASTERDOWN: 'its link to the master is down, and replica-serve-stale-data is no',
  LOADING: 'it loads a dump',
  MISCONF: 'its last BGSAVE has failed, and stop-writes-on-bgsave-error is yes',
  NOAUTH: 'the connection has not authenticated, and requirepass is set',
  WRONGPASS: 'the user or the password is wrong',
  OOM: 'it uses more than maxmemory',
  NOMASTERLINK: 'it is a replica whose link to the master is down',
  NOGOODSLAVE: 'no replica may be promoted',
  INPROG: 'a failover is in progress already',
  EXECABORT: 'a command of the transaction was refused before EXEC',
};

/** `refused, READONLY: it is a replica …`; undefined for an error that explains itself. */
export function whyRefused(code: string): string | undefined {
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return reason === undefined ? undefined : `refused with ${code}: ${reason}`;
}
