/**
 * npm run bench [throughput] [topology] [failover] [hour] [checkpoint] [crowded] [commands] [million] [collections]
 * [editor]: speed as ratios to a real redis-server in the same run, medians of alternating rounds. Prints
 * a Markdown table.
 */

import { benchCollections } from './collections.ts';
import { benchCrowded } from './crowded.ts';
import { benchFailover, benchTopology } from './deployments.ts';
import { benchEditor } from './editor.ts';
import { benchCheckpoint, benchHour } from './inWorld.ts';
import { benchMillion } from './million.ts';
import type { Row } from './table.ts';
import { benchCommands, benchThroughput } from './throughput.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const only = process.argv.slice(2);
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);

/** Rows are printed as they are measured: the whole takes half an hour. */
function print(rows: readonly Row[]): void {
  for (const row of rows)
    console.log(`| ${row.what} | ${row.ours} | ${row.real} | ${row.ratio} | ${row.aim} |`);
}

console.log('| What | Ours | redis-server 7.0.15 | Ratio | Aim |\n| --- | --- | --- | --- | --- |');
if (wanted('throughput')) for await (const rows of benchThroughput(ROUNDS)) print(rows);
if (wanted('commands')) print(await benchCommands(ROUNDS));
if (wanted('million')) print(await benchMillion());
if (wanted('collections')) print(await benchCollections(ROUNDS));
if (wanted('topology')) print([await benchTopology(ROUNDS)]);
if (wanted('failover')) print([await benchFailover(ROUNDS)]);
if (wanted('hour')) print([benchHour()]);
if (wanted('checkpoint')) print(benchCheckpoint());
if (wanted('crowded')) print(benchCrowded(ROUNDS));
if (wanted('editor')) print(await benchEditor(ROUNDS));
