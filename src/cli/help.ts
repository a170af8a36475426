/** The output of --help. */

export const HELP = `Replication Sandbox for Redis

Usage: replication-sandbox up [options]
       replication-sandbox server [redis.conf] [--directive value ...] [--sentinel]
       replication-sandbox --help | --version

up: a master, its replicas and Sentinels in one process, with real endpoints on 127.0.0.1
  --replicas N         replicas of the master, 0 to 32 (default 2)
  --sentinels N        Sentinels that monitor it, 0 to 31 (default 3)
  --port P             port of the master; the replicas have the next ones (default 6400)
  --sentinel-port P    port of the first Sentinel (default: master's port + 20000)
  --control-port P     port of the control endpoint (default: master's port + 90)
  --dashboard-port P   port of the dashboard (default: master's port + 91)
  --seed N             seed of all randomness (default: drawn at start)
  --json               print the endpoints as one line of JSON
  --logs               print every node's log to standard error, the node's name first

  Control it with any Redis client at the control endpoint: SANDBOX HELP.

server: one process in place of redis-server, on 127.0.0.1
  redis.conf           configuration file; directives of the command line override it
  --directive value    any directive of redis.conf: --port 6400 --replicaof 127.0.0.1 6401
  --sentinel           run as a Sentinel
  --version, -v        print the version and the compatible Redis version
`;
