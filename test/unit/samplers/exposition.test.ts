import { expect, test } from 'vitest';
import { parseExposition } from '../../../agent/samplers/parse/exposition.ts';

function samples(text: string) {
  const answer = parseExposition(text);
  if ('refused' in answer) throw new Error(`line ${answer.line}: ${answer.refused}`);
  return answer.samples;
}
function refusedAt(text: string): number | undefined {
  const answer = parseExposition(text);
  return 'refused' in answer ? answer.line : undefined;
}

test('names, labels, values, types and help', () => {
  const text = `# a remark
# HELP http_requests_total Requests\\nserved \\\\ all.
# TYPE http_requests_total counter

http_requests_total{method="post",code="200"} 1027
  http_requests_total { method = "get" , code = "4\\"0\\\\0\\n" , } 3e2
bare -Inf
other NaN
`;
  expect(samples(text)).toEqual([
    {
      name: 'http_requests_total',
      type: 'counter',
      help: 'Requests\nserved \\ all.',
      labels: [
        ['method', 'post'],
        ['code', '200'],
      ],
      value: 1027,
    },
    {
      name: 'http_requests_total',
      type: 'counter',
      help: 'Requests\nserved \\ all.',
      labels: [
        ['method', 'get'],
        ['code', '4"0\\0\n'],
      ],
      value: 300,
    },
    { name: 'bare', type: 'untyped', help: undefined, labels: [], value: Number.NEGATIVE_INFINITY },
    { name: 'other', type: 'untyped', help: undefined, labels: [], value: Number.NaN },
  ]);
});

test('parts of histograms and summaries count up, quantiles do not', () => {
  const text = `# TYPE h histogram
# HELP h Times.
h_bucket{le="0.5"} 1
h_bucket{le="+Inf"} 2
h_sum 1.5
h_count 2
# TYPE s summary
s{quantile="0.5"} 7
s_sum 14
`;
  expect(samples(text).map(({ name, type, help }) => [name, type, help])).toEqual([
    ['h_bucket', 'counter', 'Times.'],
    ['h_bucket', 'counter', 'Times.'],
    ['h_sum', 'counter', 'Times.'],
    ['h_count', 'counter', 'Times.'],
    ['s', 'gauge', undefined],
    ['s_sum', 'counter', undefined],
  ]);
});

test('an empty label is none', () => {
  expect(samples('a{b="",c="1"} 1\n')[0]?.labels).toEqual([['c', '1']]);
});

test.each([
  ['a timestamp', 'ok 1\na 1 1500000000000\n'],
  ['a blank after the value', 'ok 1\na 1 \n'],
  ['no value', 'ok 1\na\n'],
  ['words for a value', 'ok 1\na one\n'],
  ['a hexadecimal value', 'ok 1\na 0x10\n'],
  ['a value out of range', 'ok 1\na 1e999\n'],
  ['an invalid name', 'ok 1\n9a 1\n'],
  ['an invalid label name', 'ok 1\na{9="1"} 1\n'],
  ['the name as a label', 'ok 1\na{__name__="b"} 1\n'],
  ['a label twice', 'ok 1\na{b="1",b="2"} 1\n'],
  ['a label without quotes', 'ok 1\na{b=1} 1\n'],
  ['an unknown escape', 'ok 1\na{b="\\t"} 1\n'],
  ['labels that do not end', 'ok 1\na{b="1" 1\n'],
  ['a line that does not end', 'ok 1\na 1'],
  ['an unknown type', 'ok 1\n# TYPE a speedometer\n'],
  ['two types', '# TYPE a gauge\n# TYPE a gauge\n'],
  ['two helps', '# HELP a b\n# HELP a b\n'],
  ['a type after samples', 'a 1\n# TYPE a gauge\n'],
  ['a carriage return', 'ok 1\na 1\r\n'],
])('%s is refused, with its line', (_, text) => {
  expect(refusedAt(text)).toBe(2);
});

test('names and labels longer than the wire takes are refused', () => {
  expect(refusedAt(`${'a'.repeat(5000)} 1\n`)).toBe(1);
  expect(refusedAt(`a{b="${'ü'.repeat(3000)}"} 1\n`)).toBe(1);
});
