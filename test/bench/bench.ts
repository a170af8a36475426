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

const rows: Row[] = [];

if (wanted('throughput')) rows.push(...(await benchThroughput(ROUNDS)));
if (wanted('commands')) rows.push(...(await benchCommands(ROUNDS)));
if (wanted('million')) rows.push(...(await benchMillion()));
if (wanted('collections')) rows.push(...(await benchCollections(ROUNDS)));
if (wanted('topology')) rows.push(await benchTopology(ROUNDS));
if (wanted('failover')) rows.push(await benchFailover(ROUNDS));
if (wanted('hour')) rows.push(benchHour());
if (wanted('checkpoint')) rows.push(...benchCheckpoint());
if (wanted('crowded')) rows.push(...benchCrowded(ROUNDS));
if (wanted('editor')) rows.push(...(await benchEditor(ROUNDS)));

console.log('| What | Ours | redis-server 7.0.15 | Ratio | Aim |\n| --- | --- | --- | --- | --- |');
for (const row of rows)
  console.log(`| ${row.what} | ${row.ours} | ${row.real} | ${row.ratio} | ${row.aim} |`);
