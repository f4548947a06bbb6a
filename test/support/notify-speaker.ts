/** Says everything that there is to say to systemd, once: run by the tests as a service would run. */
import { connectServiceManager as agentSide } from '../../agent/io/notify.ts';
import { connectServiceManager as collectorSide } from '../../collector/io/notify.ts';

const connect = process.argv[2] === 'collector' ? collectorSide : agentSide;
const manager = connect();
const monotonicUs = process.hrtime.bigint() / 1000n;
await Promise.all([
  manager.notify({ kind: 'ready', status: 'started\nMAINPID=1' }),
  manager.notify({ kind: 'alive' }),
  manager.notify({ kind: 'status', status: 'sampling' }),
  manager.notify({ kind: 'reloading', monotonicUs }),
  manager.notify({ kind: 'ready' }),
  manager.notify({ kind: 'stopping', status: 'bye' }),
]);
console.log(JSON.stringify({ via: manager.via, watchdogMs: manager.watchdogMs, pid: process.pid }));
