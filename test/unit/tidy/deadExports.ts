/** Exported names that no other file imports. An export says that another file depends on the name. */

import { resolved, type SourceFile } from './sources.ts';

/** Exports for a loader: VS Code, Node's module hooks. */
const LOADED = [
  'src/extension/extension.ts: activate',
  'src/extension/extension.ts: deactivate',
  'test/node20/hooks.mjs: load',
];

/** `path: name` of each export that no other of these files imports. */
export function deadExports(files: readonly SourceFile[]): string[] {
  const used = new Set([...LOADED, ...files.flatMap(importedNames)]);
  return files.flatMap(({ path, text }) =>
    exportedNames(text)
      .map((name) => `${path}: ${name}`)
      .filter((name) => !used.has(name)),
  );
}

/** `path: name` of each value that a declaration file promises and its module does not export. */
export function brokenPromises(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file.text]));
  return files
    .filter(({ path }) => path.endsWith('.d.mts'))
    .flatMap(({ path, text }) => {
      const exported = exportedNames(byPath.get(path.replace('.d.mts', '.mjs')) ?? '');
      const promised = [...text.matchAll(/^export (?:function|const) (\w+)/gm)];
      return promised
        .filter(([, name]) => !exported.includes(name!))
        .map(([, name]) => `${path}: ${name}`);
    });
}

/** Names as other files import them. A default export has none: a loader takes it by its file. */
function exportedNames(text: string): string[] {
  const declared =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
  const listed = /^export (?:type )?\{([^}]*)\}/gm;
  return [
    ...[...text.matchAll(declared)].map((match) => match[1]!),
    ...[...text.matchAll(listed)].flatMap((match) =>
      names(match[1]!).map(({ outside }) => outside),
    ),
  ];
}

/** `path: name` of what a file imports, also by `await import` and in types. */
function importedNames({ path, text }: SourceFile): string[] {
  const lists = [
    /^(?:import|export) (?:type )?\{([^}]*)\} from '([^']+)'/gm,
    /\{([^{}]*)\} = await import\('([^']+)'\)/g,
  ];
  const members = /import\('([^']+)'\)\)?\.(\w+)/g;
  return [
    ...lists.flatMap((pattern) =>
      [...text.matchAll(pattern)].flatMap(([, list, from]) =>
        names(list!).map(({ inside }) => `${resolved(path, from!)}: ${inside}`),
      ),
    ),
    ...[...text.matchAll(members)].map(([, from, name]) => `${resolved(path, from!)}: ${name}`),
  ];
}

/** The names of a list `a, type b, c as d`. */
function names(list: string): { inside: string; outside: string }[] {
  return [...list.matchAll(/(?:type )?(\w+)(?: (?:as|:) (\w+))?\s*(?:,|$)/g)].map(
    ([, inside, outside]) => ({ inside: inside!, outside: outside ?? inside! }),
  );
}
