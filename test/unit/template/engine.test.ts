import { describe, expect, it } from 'vitest';
import { CallError, TemplateError } from '../../../collector/core/template/errors.ts';
import { execute, executeAsync, parseTemplate } from '../../../collector/core/template/template.ts';
import { Dict, List, Struct, type Value } from '../../../collector/core/template/values.ts';

const DATA = new Struct(
  'T',
  new Map<string, Value>([
    [
      'Labels',
      Dict.ofStrings([
        ['b', '2'],
        ['a', '1'],
      ]),
    ],
    ['Items', List.ofStrings(['x', 'y', 'z'])],
    ['Value', 1234567.5],
    ['Empty', List.ofStrings([])],
  ]),
);

const render = (text: string): string => execute(parseTemplate('t', text), DATA);

describe('what a template writes', () => {
  it.each([
    ['a {{- " b " -}} c', 'a b c'],
    ['{{/* nothing */}}x{{- /* nor this */ -}} y', 'xy'],
    ['{{.Labels.a}}{{.Labels.missing}}|{{index .Labels "b"}}', '1|2'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{$y := 3}}{{$y}}{{end}}{{$x}}', '32'],
    ['{{range $i, $v := .Items}}{{if $i}}, {{end}}{{$i}}={{$v}}{{end}}', '0=x, 1=y, 2=z'],
    ['{{range $k, $v := .Labels}}{{$k}}{{$v}}{{end}}', 'a1b2'],
    ['{{range .Empty}}x{{else}}none{{end}}', 'none'],
    ['{{range .Items}}{{if eq . "y"}}{{continue}}{{end}}{{.}}{{end}}', 'xz'],
    ['{{range .Items}}{{if eq . "y"}}{{break}}{{end}}{{.}}{{end}}', 'x'],
    ['{{range 3}}{{.}}{{end}}', '012'],
    ['{{with .Labels.a}}[{{.}}]{{else}}no{{end}}{{with ""}}{{else with 5}}{{.}}{{end}}', '[1]5'],
    ['{{if false}}a{{else if 0}}b{{else if gt 2 1}}c{{else}}d{{end}}', 'c'],
    ['{{define "x"}}<{{.}}>{{end}}{{template "x" .Labels.a}}{{block "y" 7}}{{.}}{{end}}', '<1>7'],
    ['{{"quoted" | printf "%q %s" "a" | len}}', '10'],
    ['{{(index .Items 1) | printf "%s-%s" (slice .Items 0 1 | len | print)}}', '1-y'],
    [
      '{{.Value}} {{printf "%.2f %d" .Value 3}} {{0x10}} {{1e3}} {{\'a\'}} {{-4}} {{1_000}}',
      '1.2345675e+06 1234567.50 3 16 1000 97 -4 1000',
    ],
    ['{{.Items}} {{.Labels}} {{print nil}}', '[x y z] map[a:1 b:2] <nil>'],
    ['{{and 1 0 2}}{{or 0 "" "c"}}{{not 0}}', '0ctrue'],
    ['{{and false (index .Items 99)}}', 'false'],
    ['{{html "<a>"}} {{js "it\'s"}} {{urlquery "a b&c"}}', "&lt;a&gt; it\\'s a+b%26c"],
    [
      '{{eq 1 2 1}} {{ne "a" "b"}} {{lt 1.5 2.5}} {{le 2 2}} {{ge "b" "a"}}',
      'true true true true true',
    ],
    ['{{println 1 "a"}}{{print 1 2 "a" 3 4}}', '1 a\n1 2a3 4'],
    ['{{`raw "text"`}}{{"\\u00e4\\x41\\t"}}', 'raw "text"äA\t'],
    ['}} {{"}}"}}', '}} }}'],
  ])('%s', (text, written) => {
    expect(render(text)).toBe(written);
  });

  it('prints a float that the verb does not fit as Go does', () => {
    expect(render('{{printf "%d|%s|%d" .Value .Value}}')).toBe(
      '%!d(float64=1.2345675e+06)|%!s(float64=1.2345675e+06)|%!d(MISSING)',
    );
    expect(render('{{printf "%5d|%-5s|%05.1f|%x|%t|%v" 42 "a" 3.14159 "hi" true .Items 1}}')).toBe(
      '   42|a    |003.1|6869|true|[x y z]%!(EXTRA int=1)',
    );
  });
});

describe('what is wrong with a template', () => {
  it.each([
    ['{{ .Foo }}', `template: t:1:3: executing "t" at <.Foo>: can't evaluate field Foo in type T`],
    ['a\n  {{ $x }}', 'template: t:2: undefined variable "$x"'],
    ['{{ nope 1 }}', 'template: t:1: function "nope" not defined'],
    ['{{ if }}x{{end}}', 'template: t:1: missing value for if'],
    ['{{ if 1 }}x', 'template: t:1: unexpected EOF'],
    ['x{{end}}', 'template: t:1: unexpected {{end}}'],
    ['{{ "a', 'template: t:1: unterminated quoted string'],
    ['{{ 1', 'template: t:1: unclosed action'],
    ['{{ (1 }}', 'template: t:1: unclosed left paren'],
    ['{{break}}', 'template: t:1: {{break}} outside {{range}}'],
    ['{{ 1 | 2 }}', 'template: t:1: non executable command in pipeline stage 2'],
    [
      '{{ template "x" }}',
      'template: t:1:12: executing "t" at <{{template "x"}}>: template "x" not defined',
    ],
    [
      '{{ eq 1 1.0 }}',
      'template: t:1:3: executing "t" at <eq 1 1.0>: error calling eq: incompatible types for comparison',
    ],
    [
      '{{ index .Items 9 }}',
      'template: t:1:3: executing "t" at <index .Items 9>: error calling index: index out of range: 9',
    ],
    [
      '{{ len 3 }}',
      'template: t:1:3: executing "t" at <len 3>: error calling len: len of type int',
    ],
    [
      '{{ not }}',
      'template: t:1:3: executing "t" at <not>: wrong number of args for not: want 1 got 0',
    ],
  ])('%s', (text, message) => {
    expect(() => render(text)).toThrow(
      new TemplateError(/^template: t:\d+:\d+:/.test(message) ? 'execute' : 'parse', message),
    );
  });

  it('sees nothing of what JavaScript has', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'entries', 'hasOwnProperty']) {
      expect(render(`{{.Labels.${name}}}`)).toBe('');
      expect(() => render(`{{.${name}}}`)).toThrow(`can't evaluate field ${name}`);
      expect(() => render(`{{${name} 1}}`)).toThrow('not defined');
    }
  });

  it('is held within limits', () => {
    const forEver = '{{define "x"}}{{template "x"}}{{end}}{{template "x"}}';
    expect(() => render(forEver)).toThrow('maximum template depth');
    expect(() => render('{{range 1000}}{{range 1000}}{{range 1000}}{{end}}{{end}}{{end}}')).toThrow(
      'too many steps',
    );
    const small = parseTemplate('t', '{{range 100}}0123456789{{end}}', { limits: { output: 500 } });
    expect(() => execute(small, DATA)).toThrow('more than is allowed');
    expect(() => parseTemplate('t', `{{${'('.repeat(5000)}1${')'.repeat(5000)}}}`)).toThrow(
      TemplateError,
    );
    expect(() => parseTemplate('t', '{{if 1}}'.repeat(5000))).toThrow(TemplateError);
  });
});

describe('functions that answer later', () => {
  const functions = new Map([
    [
      'ask',
      {
        params: ['string'] as const,
        callAsync: async ([what]: readonly Value[]) => {
          await Promise.resolve();
          if (what === 'bad') throw new CallError('no such thing');
          return `<${String(what as string)}>`;
        },
      },
    ],
  ]);
  const parse = (text: string) => parseTemplate('t', text, { functions });

  it('are waited for in the order of their calls', async () => {
    const text = '{{ask "a"}}{{range .Items}}{{ask .}}{{end}}{{ask "b" | ask}}';
    expect(await executeAsync(parse(text), DATA)).toBe('<a><x><y><z><<b>>');
  });

  it('fail the template when they refuse', async () => {
    await expect(executeAsync(parse('{{ask "bad"}}'), DATA)).rejects.toThrow(
      'template: t:1:2: executing "t" at <ask "bad">: error calling ask: no such thing',
    );
    expect(() => execute(parse('{{ask "a"}}'), DATA)).toThrow(TemplateError);
  });
});
