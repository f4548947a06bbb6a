// @ts-nocheck -- plain JavaScript: Node loads it before anything that could translate it.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
/**
 * Loaded before a program under test (`node --import`): its wall clock, its clock while awake and its
 * time since boot may be moved, each by itself, and the boot id changed. The file that
 * MUSTER_TEST_MACHINE names has the shifts (`machine.ts`); it is read at the start and at SIGUSR2.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const file = process.env['MUSTER_TEST_MACHINE'] ?? '';
const { readFileSync } = fs;
const wall = Date.now;
const awake = performance.now.bind(performance);
let shift = {};

function read() {
  shift = { wall: 0, awake: 0, uptime: 0, ...JSON.parse(readFileSync(file, 'utf8')) };
}

read();
process.on('SIGUSR2', read);
globalThis.trueNow = wall;
Date.now = () => wall() + shift.wall;
performance.now = () => awake() + shift.awake;
fs.readFileSync = (path, ...rest) => {
  const content = readFileSync(path, ...rest);
  if (path === '/proc/uptime')
    return `${Number.parseFloat(String(content)) + shift.uptime / 1_000} 0`;
  if (path === '/proc/sys/kernel/random/boot_id') return shift.boot ?? content;
  return content;
};
syncBuiltinESMExports();
