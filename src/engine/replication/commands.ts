// Placeholder of the lead until the replication engineer's file replaces it.
export const replicationCommands = [];
