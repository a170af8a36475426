// npm start, npm test and npm run sandbox, package, check, bench, e2e, node20. Each installs and builds what it
// needs.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { during } from './progress.mjs';
import { bin, install, isInstalled, root, run, testNode } from './tools.mjs';

// The suites, which are folders of test/, with their concurrency. The first failure should be the most
// specific one.
const SUITES = [
  ['unit', 2],
  ['transcripts', 2],
  ['simulation', 2],
  ['differential', 2],
  ['interop', 1],
  // The packaged extension in code-server, which is installed the first time that there is a Chromium.
  ['e2e', 1],
];

// The suites for Node 20, which VS Code 1.96 and users of an older Node run. Here the interop tests use
// the bundles instead of the sources.
const NODE20_SUITES = [
  ['unit', 2],
  ['interop', 1],
  ['node20', 1],
];

const [command, ...args] = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Node.js 20 or later is needed; this is ${process.version}.`);
  process.exit(1);
}

if (command === 'start' && !isInstalled()) {
  console.error(
    'The first start installs what it needs, which takes a minute or two and needs a network. Each step is named.',
  );
}
await install();

switch (command) {
  case 'start':
    await start(args);
    break;
  case 'package':
    await buildPackage();
    break;
  case 'sandbox':
    await buildBundles();
    sandbox(args);
    break;
  case 'check':
    process.exit(check() ? 0 : 1);
    break;
  case 'bench':
    await buildPackage();
    process.exit(run(testNode(), ['test/bench/bench.ts', ...args]));
    break;
  case 'test':
    await test();
    break;
  case 'e2e':
    await buildPackage();
    report(runSuites([['e2e', 1]]));
    break;
  case 'node20':
    await buildBundles();
    await testOnNode20();
    break;
  default:
    console.error(
      'usage: launch.mjs start | package | sandbox | check | bench | test | e2e | node20',
    );
    process.exit(1);
}

async function buildBundles() {
  const { buildAll } = await import('./build.mjs');
  await during('Building the bundles', buildAll);
}

async function buildPackage() {
  await buildBundles();
  const { packageExtension, VSIX } = await import('./package.mjs');
  const size = await during('Packaging the extension', () => packageExtension());
  console.log(`${VSIX} (${(size / 1024).toFixed(0)} KB)`);
  return VSIX;
}

/** Opens VS Code on the playground, or without any VS Code the panel in a browser. */
async function start(options) {
  const { parseStartOptions, startEditor } = await import('./startEditor.mjs');
  let parsed;
  try {
    parsed = parseStartOptions(options);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  if (await startEditor(parsed, await buildPackage())) process.exit(0);
  console.error(
    'Starting the sandbox with its panel in the browser instead, as `npm run sandbox` does:',
  );
  sandbox([]);
}

/** Runs a sandbox in this terminal until Ctrl-C. */
function sandbox(options) {
  const child = spawn(process.execPath, [join(root, 'dist', 'cli.js'), 'up', ...options], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
}

/** Format, lint, types. */
function check() {
  const node = testNode();
  const biome = run(node, [bin('@biomejs/biome', 'biome'), 'ci', '--colors=off']) === 0;
  // Two programs: the panel's page has the DOM, everything else has Node.
  const types = ['.', 'webview'].every(
    (project) => run(node, [bin('typescript', 'tsc'), '--noEmit', '-p', project]) === 0,
  );
  return biome && types;
}

async function test() {
  const failed = check() ? 0 : 1;
  if (failed > 0) console.error('\nformat, lint or types failed');
  await buildPackage();
  const totals = runSuites(SUITES);
  totals.failed += failed;
  report(totals);
}

async function testOnNode20() {
  const { prepareNode20 } = await import('./node20.mjs');
  const { node, env } = await prepareNode20();
  const bundle = join(root, 'dist', 'cli.js');
  report(runSuites(NODE20_SUITES, node, { ...env, INTEROP_CLI: bundle }));
}

/** The last line, and the end. */
function report({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed === 0 ? 0 : 1);
}

function runSuites(suites, node = testNode(), env = {}) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const [suite, concurrency] of suites) {
    const counts = runSuite(suite, concurrency, node, env);
    for (const key of Object.keys(totals)) totals[key] += counts[key];
  }
  return totals;
}

function runSuite(suite, concurrency, node, env) {
  if (!existsSync(join(root, 'test', suite))) return { passed: 0, failed: 0, skipped: 0 };
  console.log(`\n== ${suite}`);
  const folder = mkdtempSync(join(tmpdir(), 'replication-sandbox-test-'));
  const counts = join(folder, 'counts.json');
  const files = readdirSync(join(root, 'test', suite), { recursive: true })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .map((file) => join('test', suite, file))
    .sort();
  const started = Date.now();
  const options = [
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/countReporter.mjs',
    `--test-reporter-destination=${counts}`,
  ];
  const status = run(node, [...options, ...files], env);
  const text = existsSync(counts) ? readFileSync(counts, 'utf8') : '';
  rmSync(folder, { recursive: true, force: true });
  console.log(`== ${suite} took ${((Date.now() - started) / 1000).toFixed(1)} s`);
  // A suite without counts, or with a bad exit status in spite of them, counts as one failure.
  const result = text === '' ? { passed: 0, failed: 1, skipped: 0 } : JSON.parse(text);
  if (status !== 0 && result.failed === 0) result.failed = 1;
  return result;
}
