/** Reads fields of metadata; what does not fit throws `Unfit`, which `read.ts` turns into a refusal. */
import type { Json, JsonObject } from './json.ts';

export class Unfit extends Error {}

export function object(value: Json | undefined, at: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Unfit(`${at} is no object`);
  return value as JsonObject;
}

/** Own members alone: `constructor` and its like are names as any other. */
export function member(from: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}

export function list(value: Json | undefined, at: string, most: number): readonly Json[] {
  if (!Array.isArray(value)) throw new Unfit(`${at} is no list`);
  if (value.length > most) throw new Unfit(`${at} has more than ${most} items`);
  return value as readonly Json[];
}

export function text(value: Json | undefined, at: string, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value))
    throw new Unfit(`${at} is not as it should be`);
  return value;
}

export function integer(value: Json | undefined, at: string, least: number, most: number): number {
  if (typeof value !== 'number' || value < least || value > most) {
    throw new Unfit(`${at} is no integer from ${least} to ${most}`);
  }
  return value;
}

export function flag(value: Json | undefined, at: string): boolean {
  if (typeof value !== 'boolean') throw new Unfit(`${at} is neither true nor false`);
  return value;
}

/** A dictionary, with at most `most` entries. */
export function dictionary<T>(
  value: Json | undefined,
  at: string,
  most: number,
  entry: (value: Json, name: string) => T,
): ReadonlyMap<string, T> {
  const names = Object.entries(object(value, at));
  if (names.length > most) throw new Unfit(`${at} has more than ${most} entries`);
  return new Map(names.map(([name, inner]) => [name, entry(inner, name)]));
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;

/** `2026-11-21T10:00:00Z`, as UTC milliseconds. */
export function time(value: Json | undefined, at: string): number {
  const ms = Date.parse(text(value, at, TIME));
  if (Number.isNaN(ms)) throw new Unfit(`${at} is no time`);
  return ms;
}

/** The other way; seconds are the smallest that the specification knows. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export const HEX = /^(?:[0-9a-f]{2}){1,128}$/;
