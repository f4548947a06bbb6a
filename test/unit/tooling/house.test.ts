import type { ICruiseResult } from 'dependency-cruiser';
import { expect, test } from 'vitest';
import { readHouse } from '../../../scripts/picture/house.ts';
import { drawHouse } from '../../../scripts/picture/svg.ts';

const imports = (tree: Record<string, string[]>): ICruiseResult['modules'] =>
  Object.entries(tree).map(([source, to]) => ({
    source,
    dependencies: to.map((resolved) => ({ resolved })),
  })) as ICruiseResult['modules'];

const tree = {
  'agent/main.ts': ['agent/app.ts'],
  'agent/app.ts': ['agent/io/clock.ts', 'agent/io/host.ts', 'fs'],
  'agent/io/clock.ts': ['agent/ports.ts', 'agent/io/host.ts'],
  'agent/io/host.ts': ['protocol/ids.ts'],
  'agent/ports.ts': [],
  'protocol/ids.ts': [],
};

test('folders become boxes, imports between them become arrows', () => {
  const { boxes, arrows } = readHouse(imports(tree));
  expect(boxes.map((box) => box.id)).toEqual([
    'agent/app',
    'agent/io',
    'agent/main',
    'agent/ports',
    'protocol',
  ]);
  expect(arrows.map((a) => `${a.from.name} ${a.to.name} ${a.imports} ${a.wrong}`)).toEqual([
    'app io 2 false',
    'io ports 1 false',
    'io protocol 1 false',
    'main app 1 false',
  ]);
});

test('an arrow against the layers, or into the other part, is wrong and red', () => {
  const bad = {
    ...tree,
    'agent/ports.ts': ['agent/app.ts', 'collector/ports.ts'],
    'collector/ports.ts': [],
  };
  const house = readHouse(imports(bad));
  const wrong = house.arrows.filter((arrow) => arrow.wrong).map((arrow) => arrow.to.id);
  expect(wrong).toEqual(['agent/app', 'collector/ports']);
  expect(drawHouse(house).match(/class="wrong"/g)).toHaveLength(2);
});

test('draws the same picture from the same imports in another order', () => {
  const reversed = Object.fromEntries(Object.entries(tree).reverse());
  expect(drawHouse(readHouse(imports(reversed)))).toBe(drawHouse(readHouse(imports(tree))));
});
