// The whole picture: two parts side by side on the protocol they share.
import { drawArrow, drawBox, drawWrong, STYLE, text } from './draw.ts';
import { type Arrow, type Box, type House, PARTS, PROTOCOL } from './house.ts';
import { BOX_HEIGHT, place, rowsHeight } from './place.ts';
import { type Cell, makeRows, type Rows } from './rows.ts';

const MARGIN = 24;
const TITLE = 46;

interface Part {
  readonly name: string;
  readonly rows: Rows;
  readonly left: number;
  readonly width: number;
}

function placeParts(house: House): Part[] {
  const upper = house.boxes.filter((box) => box.id !== PROTOCOL);
  const layers = [...new Set(upper.map((box) => box.layer))].sort((a, b) => a - b);
  let left = MARGIN;
  return PARTS.flatMap((name) => {
    const boxes = house.boxes.filter((box) => box.part === name);
    if (boxes.length === 0) return [];
    const arrows = house.arrows.filter((arrow) => arrow.from.part === name);
    const rows = makeRows(layers, boxes, arrows);
    const width = place(rows, left + MARGIN, MARGIN + TITLE) + 2 * MARGIN;
    const part = { name, rows, left, width };
    left += width + MARGIN;
    return [part];
  });
}

function drawPart({ name, rows, left, width }: Part, height: number, floor: number): string[] {
  const arrows = [...rows.paths.keys()];
  return [
    `<rect x="${left}" y="${MARGIN}" width="${width}" height="${height}" rx="12" class="part"/>`,
    text(left + width / 2, MARGIN + 28, name, 'title'),
    ...arrows.map((arrow) => drawArrow(arrow, rows, floor)),
    ...rows.rows.flat().map(drawBox),
  ];
}

const marker = (id: string): string =>
  `<marker id="${id}" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" class="${id}"/></marker>`;

function protocolCell(box: Box, width: number, floor: number): Cell {
  return { box, arrows: new Set(), x: Math.round(width / 2), y: floor, width: width - 2 * MARGIN };
}

function wrongArrows(arrows: readonly Arrow[], cells: readonly Cell[]): string[] {
  const at = (box: Box) => {
    const cell = cells.find((c) => c.box === box);
    const [x, y] = [cell?.x ?? 0, (cell?.y ?? 0) + BOX_HEIGHT / 2];
    return { x, y, top: y, bottom: y };
  };
  return arrows.filter((a) => a.wrong).map((a) => drawWrong(a, at(a.from), at(a.to)));
}

function caption(house: House): string {
  const wrong = house.arrows.some((arrow) => arrow.wrong);
  const rest = wrong ? 'the red ones should not be' : 'all of them point down';
  return `Arrows are imports, with their number; ${rest}.`;
}

export function drawHouse(house: House): string {
  const parts = placeParts(house);
  const height = Math.max(...parts.map((part) => rowsHeight(part.rows))) + TITLE;
  const floor = MARGIN + height + 40;
  const width = Math.max(...parts.map((part) => part.left + part.width)) + MARGIN;
  const bottom = floor + BOX_HEIGHT + MARGIN;
  const protocol = house.boxes.find((box) => box.id === PROTOCOL);
  const ground = protocol === undefined ? [] : [protocolCell(protocol, width, floor)];
  const cells = [...parts.flatMap((part) => part.rows.rows.flat()), ...ground];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 18}" role="img" aria-label="Folders and the imports between them">`,
    '<!-- Drawn by `npm run picture` from the imports of the sources. -->',
    `<style>${STYLE}</style>`,
    `<defs>${marker('head')}${marker('wrong-head')}</defs>`,
    `<rect width="${width}" height="${bottom + 18}" style="fill: var(--back)"/>`,
    ...parts.flatMap((part) => drawPart(part, height, floor)),
    ...ground.map(drawBox),
    ...wrongArrows(house.arrows, cells),
    text(width / 2, bottom + 4, caption(house), 'small'),
    '</svg>',
  ]
    .filter((line) => line !== '')
    .join('\n')}\n`;
}
