import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { samplersDoc, samplersDocPath } from '../../../scripts/samplers-doc.ts';

test('docs/samplers.md says what the registry says: npx tsx scripts/samplers-doc.ts', () => {
  expect(readFileSync(samplersDocPath, 'utf8')).toBe(samplersDoc());
});
