/**
 * A stable share of the fleet: each name (of a flag, a layer) puts every device at one place between
 * 0 and 100, and a share takes those below it. A device that is in stays in while the share grows.
 */

export function inShare(name: string, device: string, share: number): boolean {
  if (share >= 100) return true;
  return share > 0 && place(name, device) < share;
}

/** From 0 to below 100; even over devices, and of its own for each name. */
export function place(name: string, device: string): number {
  return (hash(`${name}\n${device}`) / 2 ** 32) * 100;
}

/** FNV-1a, then the mixing of Murmur 3's end, without which like ids stand side by side. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}
