import { Editor, until } from '/work/main/test/e2e/support/editor.ts';
import * as net from 'node:net';
import {mkdirSync} from 'node:fs';
const t0=Date.now(); const log=(...x:unknown[])=>console.log(((Date.now()-t0)/1000).toFixed(1), ...x);
const ed = await Editor.start({settings:{'replicationSandbox.memoryLimitMb':400}});
log('server'); 
const open=(port:number)=>new Promise<boolean>(r=>{const s=net.connect(port,'127.0.0.1',()=>{s.destroy();r(true)});s.on('error',()=>r(false))});
const send=(port:number,text:string)=>new Promise<string>(r=>{const s=net.connect(port,'127.0.0.1',()=>s.write(text));let o='';s.on('data',d=>{o+=d;});setTimeout(()=>{s.destroy();r(o)},400)});
let w!: Awaited<ReturnType<Editor['open']>>;
try {
w = await ed.open();
await w.openContainer();
log('offers crash before', await w.offers('Simulate Crash'));
await w.command('Start');
await ed.untilReady();
await until(async()=> await w.row('Nodes','m').isVisible(), 'm');
log('offers crash', await w.offers('Simulate Crash'), 'thaw', await w.offers('Freeze'), await w.offers('Thaw'));
await w.command('Run REPLICAOF…','r2','r1');
await until(async()=> /up/.test(await w.rowText('Nodes','r2')) , 'chain');
await w.screenshot('10-chain');
await w.command('Freeze','s1'); 
await w.command('Pause'); log('paused', await w.statusBar().textContent());
await w.command('Step'); await w.command('Step'); await w.command('Step Raw');
await w.screenshot('11-paused');
await w.command('Resume');
await w.command('Thaw');
await w.choose('s1').catch(()=>{});
await w.command('Run Command on Node…','m'); await w.type('SET x 1'); log(await w.untilNotified(/SET x 1: OK/));
await w.command('Cut Link…','m','r1','Both'); 
await until(async()=>w.offers('Heal'),'heal offered');
await w.screenshot('12-cut');
await w.command('Heal');
await w.menu('Nodes','m','Show Log');
await new Promise(r=>setTimeout(r,1500));
await w.screenshot('13-log');
await w.command('Add Standalone Server');
await until(async()=> await w.row('Nodes','n1').isVisible(), 'n1');
// second window on another folder
const other = ed.base+'/other'; mkdirSync(other);
const w2 = await ed.open(other);
await w2.openContainer();
await w2.command('Start');
log(await w2.untilNotified(/taken by/));
await w2.screenshot('14-second');
await w2.page.close();
log('w2 closed');
// kill page w and reopen
await w.page.close();
w = await ed.open();
log('reopened');
await w.openContainer();
await new Promise(r=>setTimeout(r,4000));
await w.screenshot('15-reopened');
log(await w.notifications());
const n = await w.untilNotified(/runs again|waiting/);
log(n);
await until(async()=> await w.row('Nodes','m').isVisible(), 'm again', 90000);
log('m again');
// OOM
const val='x'.repeat(1000_000);
const s=net.connect(6400,'127.0.0.1'); s.on('error',()=>{}); let replies=''; s.on('data',d=>{replies=(replies+d).slice(-200)});
for (let i=0;i<400&&!/OOM/.test(replies);i++){ s.write(`*3\r\n$3\r\nSET\r\n$${String(i).length}\r\n${i}\r\n$${val.length}\r\n${val}\r\n`); await new Promise(r=>setTimeout(r,30)); }
log('oom', JSON.stringify(replies.slice(-100)));
log(await w.notifications());
await w.screenshot('16-oom');
await w.command('Stop'); 
await until(async()=>!(await open(6400)),'port closed');
await w.screenshot('17-stopped');
log(w.problems, ed.hostErrors());
} catch (e) { console.log(e); await w?.screenshot('99-failed'); log(w?.problems); for (const x of (ed as any).windows) if(!x.page.isClosed()) await x.screenshot('99-failed-'+(ed as any).windows.indexOf(x)); log(await w?.notifications()); log(ed.hostErrors()) }
finally { await ed.close(); log('closed') }
