/** Who may import whom: the rooms of src/ and the rooms inside of them. */

/** Rooms in reading order. A room of engine/ imports those above it, with the exceptions named. */
const ENGINE_ROOMS = [
  'machine',
  'resp',
  'data',
  'process',
  'execution',
  'commands',
  'persistence',
  'replication',
  'server',
  'sentinel',
];

interface InnerRooms {
  /** Which of its neighbours each room may import. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  /** Files beside the rooms that their files may import: all others assemble the room. */
  readonly shared: readonly string[];
}

/**
 * Rooms inside a room. The files beside them assemble the room, so none inside imports those: a part
 * takes the few members it uses as an interface of its own.
 */
const INNER_ROOMS: Readonly<Record<string, InnerRooms>> = {
  'src/engine/sentinel': {
    rooms: {
      model: [],
      conf: ['model'],
      monitoring: ['model'],
      acting: ['model', 'monitoring'],
      commands: ['model', 'conf', 'monitoring', 'acting'],
    },
    shared: [],
  },
  'src/engine/server': {
    rooms: {
      config: [],
      keyspace: ['config'],
      saving: ['config', 'keyspace'],
      clients: ['config', 'keyspace', 'saving'],
      commands: ['config', 'keyspace', 'saving', 'clients'],
    },
    // Its parts still name their hosts by Pick<Server, …>: types only, as the test on circles shows.
    shared: ['part', 'refusals', 'startup', 'memory', 'rates', 'server', 'serverCall'],
  },
};

/** Which rooms the rooms outside of engine/ may import, besides themselves. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  world: ['engine'],
  view: [],
  sandbox: ['engine', 'world', 'view'],
  gateway: ['engine', 'world', 'sandbox', 'view'],
  extension: ['view', 'sandbox', 'gateway'],
  cli: ['engine', 'world', 'sandbox', 'gateway', 'view'],
};

/** Tables of plain data, which every room may import; they import only their own folder. */
export const PLAIN_DATA = ['src/engine/process/directives/'];

/** Whether a file of src/ may import another one, by the rooms both stand in. */
export function allowed(path: string, imported: string): boolean {
  if (PLAIN_DATA.some((folder) => imported.startsWith(folder))) return true;
  const [, room = '', subroom = ''] = path.split('/');
  const [, target = '', targetSubroom = ''] = imported.split('/');
  if (room !== 'engine') return target === room || (MAY_IMPORT[room] ?? []).includes(target);
  if (target !== 'engine') return false;
  if (subroom === 'sentinel' && targetSubroom === 'server') return false;
  return ENGINE_ROOMS.indexOf(targetSubroom) <= ENGINE_ROOMS.indexOf(subroom);
}

/** False when the import leaves its inner room for another one, or a file beside, without leave. */
export function isInner(path: string, imported: string): boolean {
  for (const [room, { rooms, shared }] of Object.entries(INNER_ROOMS)) {
    if (!path.startsWith(`${room}/`) || !imported.startsWith(`${room}/`)) continue;
    const [from, to] = [path, imported].map((file) => file.slice(room.length + 1).split('/'));
    const mayImport = rooms[from![0]!];
    if (mayImport === undefined) return from!.length === 1;
    if (to!.length === 1) return shared.includes(to![0]!.replace('.ts', ''));
    return from![0] === to![0] || mayImport.includes(to![0]!);
  }
  return true;
}

export function isInKnownRoom(path: string): boolean {
  const [, room = '', subroom = ''] = path.split('/');
  return room === 'engine' ? ENGINE_ROOMS.includes(subroom) : room in MAY_IMPORT;
}

/** Files of a suite that other suites use, and why they do. */
export const BORROWED: readonly {
  readonly by: string;
  readonly from: string;
  readonly why: string;
}[] = [
  {
    by: 'test/bench/editor.ts',
    from: 'test/e2e/support/',
    why: 'it measures the editor that the stories drive',
  },
  {
    by: 'test/differential/sentinelDirectives.test.ts',
    from: 'test/unit/sentinel/stage.ts',
    why: 'a Sentinel in a world, beside a real one',
  },
  {
    by: 'test/interop/rdb.test.ts',
    from: 'test/unit/rdb/',
    why: 'a real server proves that the files built there are right',
  },
];

/** Whether a file of webview/, test/ or scripts/ may import another one, or a package. */
export function allowedOutside(path: string, imported: string): boolean {
  const tree = path.split('/')[0];
  if (tree === 'webview') return allowedInPage(path, imported);
  if (tree === 'scripts') return !/^(src|webview|test)\//.test(imported);
  const [, suite = ''] = path.split('/');
  const [target, targetSuite = ''] = imported.split('/');
  if (target !== 'test' || targetSuite === suite || targetSuite === 'support') return true;
  return BORROWED.some(({ by, from }) => path === by && imported.startsWith(from));
}

/** The page knows the plain data of view/; its models know no DOM; its controls alone know the toolkit. */
function allowedInPage(path: string, imported: string): boolean {
  if (imported.startsWith('src/view/')) return true;
  if (path.startsWith('webview/model/')) return imported.startsWith('webview/model/');
  return imported.startsWith('webview/') || path.startsWith('webview/controls/');
}
