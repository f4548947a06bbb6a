import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checksDoc, checksDocPath } from '../../../scripts/checks-doc.ts';

test('docs/checks.md is what the registry says; else run npx tsx scripts/checks-doc.ts', async () => {
  expect(readFileSync(checksDocPath, 'utf8')).toBe(await checksDoc());
});
