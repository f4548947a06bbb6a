// Boxes and arrows as SVG text. Colours follow the reader's light or dark scheme.
import type { Arrow } from './house.ts';
import { PROTOCOL } from './house.ts';
import { BOX_HEIGHT } from './place.ts';
import type { Cell, Rows } from './rows.ts';

export const STYLE = `
  svg { --back: #ffffff; --ink: #1f2933; --soft: #5f6c7b; --line: #8a99a8; --part: #f3f6f9; --box: #ffffff; --edge: #9fb0c0; --wrong: #d92d20; }
  @media (prefers-color-scheme: dark) {
    svg { --back: #12181f; --ink: #e6edf3; --soft: #9aa7b4; --line: #6d7c8c; --part: #1a222c; --box: #232e3a; --edge: #4a5a6a; --wrong: #ff7b72; }
  }
  text { font: 14px ui-sans-serif, system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
  .small { font-size: 11px; fill: var(--soft); }
  .title { font-size: 16px; font-weight: 600; }
  .count { font-size: 10.5px; fill: var(--soft); stroke: var(--part); stroke-width: 4px; paint-order: stroke; }
  .part { fill: var(--part); }
  .box { fill: var(--box); stroke: var(--edge); }
  .arrow { fill: none; stroke: var(--line); }
  .wrong { fill: none; stroke: var(--wrong); stroke-width: 2.5; }
  .head { fill: var(--line); }
  .wrong-head, .wrong-count { fill: var(--wrong); }
`;

export const text = (x: number, y: number, words: string, kind: string): string =>
  `<text x="${Math.round(x)}" y="${Math.round(y)}" class="${kind}">${words}</text>`;

export function drawBox(cell: Cell): string {
  if (cell.box === undefined) return '';
  const { name, files } = cell.box;
  const left = Math.round(cell.x - cell.width / 2);
  const rect = `<rect x="${left}" y="${cell.y}" width="${Math.round(cell.width)}" height="${BOX_HEIGHT}" rx="7" class="box"/>`;
  const size = files === 1 ? '1 file' : `${files} files`;
  return `${rect}${text(cell.x, cell.y + 19, name, '')}${text(cell.x, cell.y + 35, size, 'small')}`;
}

/** Where on a box's edge an arrow is fastened: side by side, in the order of the other ends. */
function port(cell: Cell, arrow: Arrow, paths: Rows['paths'], out: boolean): number {
  if (cell.box === undefined) return cell.x;
  const same = [...cell.arrows].filter((a) => (out ? a.from : a.to) === cell.box);
  const other = (a: Arrow): number => {
    const path = paths.get(a) ?? [];
    return (out ? path[1] : path.at(-2))?.x ?? cell.x;
  };
  same.sort((a, b) => other(a) - other(b) || (a.to.id < b.to.id ? -1 : 1));
  const step = cell.width / (same.length + 1);
  return cell.x - cell.width / 2 + step * (same.indexOf(arrow) + 1);
}

interface Point {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

function points(arrow: Arrow, rows: Rows, floor: number): Point[] {
  const path = rows.paths.get(arrow) ?? [];
  const list = path.map((cell, index) => ({
    x: port(cell, arrow, rows.paths, index === 0),
    top: cell.y,
    bottom: cell.y + BOX_HEIGHT,
  }));
  const last = list.at(-1);
  if (arrow.to.id === PROTOCOL && last) list.push({ x: last.x, top: floor, bottom: floor });
  return list;
}

/** One arrow down through its passages, with its number of imports beside the start. */
export function drawArrow(arrow: Arrow, rows: Rows, floor: number): string {
  const [first, ...rest] = points(arrow, rows, floor);
  if (first === undefined) return '';
  let at = first;
  let path = `M${Math.round(first.x)} ${first.bottom}`;
  rest.forEach((next, index) => {
    const top = next.top - (index === rest.length - 1 ? 7 : 0);
    const middle = Math.round((at.bottom + top) / 2);
    path += `C${Math.round(at.x)} ${middle} ${Math.round(next.x)} ${middle} ${Math.round(next.x)} ${top}`;
    if (index < rest.length - 1) path += `V${next.bottom}`;
    at = next;
  });
  const width = Math.min(3.5, 1 + Math.log10(arrow.imports)).toFixed(1);
  const title = `${arrow.from.id} imports ${arrow.to.id}: ${arrow.imports}`;
  const line = `<path d="${path}" class="arrow" stroke-width="${width}" marker-end="url(#head)"><title>${title}</title></path>`;
  return `${line}${text(first.x, first.bottom + 15, String(arrow.imports), 'count')}`;
}

/** An arrow that should not be: straight from box to box, over everything. */
export function drawWrong(
  arrow: Arrow,
  from: Point & { y: number },
  to: Point & { y: number },
): string {
  const bend = Math.round((from.x + to.x) / 2 + 60);
  const middle = Math.round((from.y + to.y) / 2);
  const path = `M${from.x} ${from.y}Q${bend} ${middle} ${to.x} ${to.y}`;
  const line = `<path d="${path}" class="wrong" marker-end="url(#wrong-head)"><title>${arrow.from.id} must not import ${arrow.to.id}</title></path>`;
  return `${line}${text(bend - 20, middle, String(arrow.imports), 'count wrong-count')}`;
}
