/** The output of --help. */

export const HELP = `Replication Sandbox for Redis

Usage: replication-sandbox up [options]
       replication-sandbox open FILE.rsrec
       replication-sandbox server [redis.conf] [--directive value ...] [--sentinel]
       replication-sandbox --help | --version

up: a master, its replicas and Sentinels in one process, with real endpoints on 127.0.0.1
  --replicas N         replicas of the master, 0 to 32 (default 2)
  --sentinels N        Sentinels that monitor it, 0 to 31 (default 3)
  --port P             all ports next to each other from P on: master, replicas, Sentinels,
                       control endpoint, dashboard. 0: any free ports
  --sentinel-port P    port of the first Sentinel; the others have the next ones
  --control-port P     port of the control endpoint
  --dashboard-port P   port of the dashboard
  --seed N             seed of all randomness (default: drawn at start)
  --history-events N   past events that can be looked at (default 1000000)
  --history-mb N       memory for their payloads, in MB (default 64)
  --json               print the endpoints as one line of JSON
  --env                print REDIS_URL, REDIS_SENTINELS and REDIS_MASTER_NAME as lines for a shell
  --logs               print every node's log to standard error, the node's name first

  Without port options: master 6400, replicas 6401, ..., Sentinels 26400, ..., control endpoint
  6490, dashboard 6491. If a port is taken, the next free block of ten is used and standard error
  says so.
  Control it with any Redis client at the control endpoint: SANDBOX HELP.

open: a recording that SANDBOX RECORDING SAVE has written, to be looked at in dashboard and control
  endpoint; nothing listens for its nodes until SANDBOX FORK continues from one of its events

server: one process in place of redis-server, on 127.0.0.1
  redis.conf           configuration file; directives of the command line override it
  --directive value    any directive of redis.conf: --port 6400 --replicaof 127.0.0.1 6401
  --sentinel           run as a Sentinel
  --version, -v        print the version and the compatible Redis version
`;
